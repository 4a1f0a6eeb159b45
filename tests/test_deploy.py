"""What is in deploy/ goes with what it deploys. Containers can't be started here: `deploy/check` does what the image does without one."""

import re
import runpy
import shlex
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from coachloop.cli.lazy import COMMANDS
from coachloop.project.config import Config

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
SETTINGS = {f"COACHLOOP_{name.upper()}" for name in Config.model_fields} | {"DATABASE_URL"}
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
STEPS: list[tuple[str, str]] = runpy.run_path(str(DEPLOY / "check"))["instructions"](
    (DEPLOY / "Containerfile").read_text()
)


def of(word: str) -> list[str]:
    return [rest for one, rest in STEPS if one == word]


def is_setting(name: str) -> bool:
    return name.removesuffix("_FILE") in SETTINGS


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    """`.dockerignore` lets in what is copied, and nothing else."""
    copied = [name for rest in of("COPY") if not rest.startswith("--from") for name in rest.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == set(copied)


def test_versions_are_those_of_the_project() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    arguments = dict(rest.split("=", 1) for rest in of("ARG"))
    assert arguments["VERSION"] == told["version"] == version("coachloop")
    assert arguments["PYTHON"] == (ROOT / ".python-version").read_text().strip()[: len(arguments["PYTHON"])]
    assert set(arguments["EXTRAS"].strip('"').split()) <= told["optional-dependencies"].keys()
    assert COMPOSE["x-coachloop"]["image"] == f"coachloop:{told['version']}"


def test_the_image_runs_as_nobody_in_particular_what_there_is_and_holds_no_secret() -> None:
    last = dict(STEPS)
    assert last["USER"] == "10001:10001"
    assert last["ENTRYPOINT"] == '["coachloop"]'
    command, *options = yaml.safe_load(last["CMD"])
    assert command in COMMANDS
    assert {one for one in options if one.startswith("--")} == {"--host", "--port"}
    assert "/health" in last["HEALTHCHECK"]
    synced = [rest for rest in of("RUN") if "uv sync" in rest]
    assert all("--locked" in one and "--no-dev" in one for one in synced)
    told = " ".join(rest for word, rest in STEPS if word in {"ENV", "ARG"})
    assert not re.search(r"(?i)password|secret|token|_key", told)
    assert {name for name in re.findall(r"COACHLOOP_\w+", told) if not is_setting(name)} == set()


def test_no_latest_and_nothing_as_root_in_between() -> None:
    images = [rest.split()[0] for rest in of("FROM")]
    assert all(":" in one and not one.endswith(":latest") for one in images)
    assert not any(word == "ADD" or "sudo" in rest or "curl" in rest for word, rest in STEPS)
    installs = [rest for rest in of("RUN") if "apt-get install" in rest]
    assert all("--no-install-recommends" in one and "rm -rf /var/lib/apt/lists" in one for one in installs)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_of_the_compose_file_names_what_there_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service.get("networks", [])) <= COMPOSE["networks"].keys()
    assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()
    assert set(service.get("depends_on", [])) <= COMPOSE["services"].keys()
    named = {volume.split(":")[0] for volume in service.get("volumes", [])}
    assert {one for one in named if not one.startswith(".")} <= COMPOSE["volumes"].keys()
    assert all((DEPLOY / one).exists() for one in named if one.startswith("./"))
    ours = {one for one in service.get("environment", {}) if one.startswith(("COACHLOOP_", "DATABASE_"))}
    assert {one for one in ours if not is_setting(one) and one != "COACHLOOP_HOST"} == set()
    if service.get("image", "").startswith("coachloop:"):
        assert service.get("command", ["serve"])[0] in COMMANDS
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_nothing_but_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"]
    assert "web:8000" in (DEPLOY / "Caddyfile").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_what_there_is_and_is_hardened(unit: Path, tmp_path: Path) -> None:
    lines = unit.read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert shlex.split(told["ExecStart"])[1] in COMMANDS
    assert all(is_setting(one.split("=")[0]) for one in told["Environment"].split())
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: systemd brings it")
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/coachloop/bin/coachloop", "/bin/true"))
    found = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert (found.returncode, [line for line in found.stderr.splitlines() if unit.name in line]) == (0, [])
    said = subprocess.run(  # noqa: S603
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", here],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout.splitlines()[-1]


def test_the_alerts_are_rules_with_what_to_do() -> None:
    [group] = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in group["rules"])
    assert all(rule["annotations"]["summary"].endswith((".", "?")) for rule in group["rules"])
