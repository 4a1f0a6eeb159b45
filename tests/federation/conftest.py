"""A site of its own, served as it will be, with a real OpenID provider beside it and the keys of a SAML provider."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from builders import lines
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import people_files as people
from federation.identity import Identity
from house import START, Houses

SERVERS = Path(__file__).parents[1] / "servers"
SRC = Path(__file__).parents[2] / "src"
COMMAND = [sys.executable, "-c", "from coachloop.project.main import main; main()"]
SECONDS = 120
PEOPLE = (
    {"name": "Ada Lindholm", "email": "Ada@example.org", "role": "team_leader"},
    {"name": "Quinn Abara", "email": "quinn@example.org", "role": "qa_lead"},
    {"name": "Ida Ott", "email": "ida@example.org", "role": "admin"},
)


@dataclass(frozen=True)
class Federated:
    """Where everybody is."""

    address: str
    provider: str
    folder: Path
    env: dict[str, str]
    identity: Identity

    def run(self, *args: str) -> str:
        """A command of the site."""
        command = [*COMMAND, *args]
        done = subprocess.run(command, check=False, env=self.env, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603 -- our own
        assert done.returncode == 0, done.stderr
        return done.stdout


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], env: dict[str, str], *, address: str, log: Path) -> Iterator[None]:
    with log.open("w") as out, subprocess.Popen(command, env=env, stdout=out, stderr=out) as process:  # noqa: S603 -- our own
        try:
            _wait(process, address, log)
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(SECONDS * 10):
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"it never answered: {log.read_text()}")


@pytest.fixture(scope="session")
def federated(houses: Houses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federated]:
    """The site, its people, and who vouches for them."""
    folder = tmp_path_factory.mktemp("federated")
    ports = _port(), _port()
    address, provider = (f"http://127.0.0.1:{port}" for port in ports)
    with houses.moved_to(houses.empty(folder / "coachloop.sqlite3")):
        people.take(people.Kind.PEOPLE, lines(*PEOPLE), viewer=OPERATOR, now=START)
    identity = Identity(f"{address}/sign-in/saml/company/acs", f"{address}/sign-in/saml/company/metadata")
    (folder / "idp.xml").write_text(identity.metadata())
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COACHLOOP_", "DATABASE_"))} | {
        "COACHLOOP_HOME": str(folder),
        "COACHLOOP_WORKER": "false",
        "COACHLOOP_OIDC_ISSUER": f"{provider}/o",
        "COACHLOOP_OIDC_CLIENT_ID": "coachloop",
        "COACHLOOP_OIDC_CLIENT_SECRET": "a secret between the two",
        "COACHLOOP_OIDC_ROLES": "leads=team_leader qa=qa_lead admins=admin",
        "COACHLOOP_SAML_METADATA": str(folder / "idp.xml"),
        "COACHLOOP_SAML_ROLES": "leads=team_leader qa=qa_lead admins=admin",
        "PYTHONPATH": f"{SRC}{os.pathsep}{SERVERS}",
    }
    found = Federated(address, provider, folder, env, identity)
    found.run("init")
    openid = [sys.executable, "-c", "import openid; openid.main()", str(folder), str(ports[1]), f"{address}/sign-in/oidc/callback"]  # fmt: skip
    serve = [*COMMAND, "serve", "--port", str(ports[0])]
    with ExitStack() as stack:
        stack.enter_context(_running(openid, env, address=f"{provider}/login", log=folder / "provider.log"))
        stack.enter_context(_running(serve, env, address=f"{address}/sign-in", log=folder / "site.log"))
        yield found
