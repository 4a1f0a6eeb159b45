"""What the docs say is so: examples parse and score, links lead somewhere, commands, options and variables exist."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from coachloop.cli import app
from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.scopes import AREAS
from coachloop.core.model.template_yaml import TemplateErrors, parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import FORMATS, checked
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner
from coachloop.project.config import Config

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"""\]\(([^)\s]+)\)|\bsrc="([^"]+)\"""")
COMMAND = re.compile(r"(?:^\$ |`|&& )(?:[A-Z_]+=\S+ )*coachloop ((?:[^`\n&]|\\\n)+)", re.MULTILINE)
TARGET = re.compile(r"(?:^\$ |`)make ([a-z-]+)", re.MULTILINE)
VARIABLE = re.compile(r"\b(COACHLOOP_[A-Z_]+|DATABASE_URL)\b")
PHRASE_ROW = re.compile(r'^\| `(?P<phrase>[^`]+)` \| "(?P<shows>[^|]+)" \| "(?P<misses>[^|]+)" \|$', re.MULTILINE)
BEHAVIOUR = "key: t\ntitle: T\nbehaviours:\n  - key: b\n    title: B\n    question: Q?\n"


def blocks(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: what stands behind the fence, and what is in it."""
    return [(found["kind"].strip(), found["text"]) for found in BLOCK.finditer(page.read_text("utf-8"))]


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text("utf-8"))


LANGUAGE = blocks(ROOT / "docs" / "template-language.md")
FILES = blocks(ROOT / "docs" / "integrations.md")


@pytest.mark.parametrize("text", [text for kind, text in LANGUAGE if kind == "yaml"])
def test_every_example_of_the_template_language_is_taken(text: str) -> None:
    """A whole template as it stands, a part of a behaviour inside one."""
    whole = text if text.startswith("key:") else BEHAVIOUR + "".join(f"    {line}\n" for line in text.splitlines())
    assert parse_template(whole).behaviours


def test_the_mistakes_are_reported_as_the_page_says() -> None:
    kinds = [kind for kind, _ in LANGUAGE]
    wrong = kinds.index("yaml refused")
    with pytest.raises(TemplateErrors) as refused:
        parse_template(LANGUAGE[wrong][1])
    assert str(refused.value) == LANGUAGE[wrong + 1][1].strip()


PHRASES = [found.groups() for found in PHRASE_ROW.finditer((ROOT / "docs" / "template-language.md").read_text("utf-8"))]


@pytest.mark.parametrize(("phrase", "shows", "misses"), PHRASES)
def test_the_phrases_find_what_the_table_says(phrase: str, shows: str, misses: str) -> None:
    scorer = json.dumps({"phrases": {"any": [phrase]}})
    runner = Runner(parse_template(f"{BEHAVIOUR}    score_with: [{scorer}]\n"), {"phrases": PhraseScorer()})
    said = [Conversation(text, (Turn(Speaker.AGENT, text),), **NAMES) for text in (shows, misses)]
    found = [verdicts[0].outcome for verdicts in runner.score(said) if verdicts]
    assert found == [Outcome.MET, Outcome.NOT_MET]


NAMES = {"agent_name": "Lea Rossi", "customer_name": "Ms Anna Berg"}


def test_the_table_of_phrases_is_there() -> None:
    assert len(PHRASES) >= 10


@pytest.mark.parametrize(("kind", "text"), [block for block in FILES if block[0].startswith(("csv ", "json "))])
def test_every_example_of_a_file_is_taken(kind: str, text: str) -> None:
    """Each row fits the shape that its command reads."""
    name = kind.split()[1]
    rows: list[dict[str, Any]] = (
        [json.loads(text)] if kind.startswith("json") else list(csv.DictReader(io.StringIO(text)))
    )
    for row in rows:
        checked(FORMATS[name], {key: value for key, value in row.items() if value != ""})
    assert rows


@EACH_PAGE
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    """Within the repository: the file is there, and the heading too."""
    links = (markdown or html for markdown, html in LINK.findall(prose(page)))
    missing = [link for link in links if "://" not in link and not _leads(page, link)]
    assert not missing


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """A page's headings as links name them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands_of(page: Path) -> Iterator[list[str]]:
    """Every `coachloop …` that a page names, word by word."""
    for said in COMMAND.findall(page.read_text("utf-8")):
        yield said.replace("\\\n", " ").split()


@EACH_PAGE
def test_every_command_exists_with_its_options(page: Path) -> None:
    """The words after `coachloop` lead to a command, and it takes the options named."""
    unknown = [" ".join(words) for words in commands_of(page) if not _is_known(words)]
    assert not unknown


def _is_known(words: list[str]) -> bool:
    command: Any = typer.main.get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word.startswith("-") or word.isupper() or not re.fullmatch(r"[a-z-]+", word):
            return word in {"--help", "COMMAND", "…"}
        if word not in command.commands:
            return False
        command = command.resolve_command(typer.Context(command), [word])[1]
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    return all(word.strip("[],.") in options for word in words if word.lstrip("[").startswith("--"))


@EACH_PAGE
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(TARGET.findall(page.read_text("utf-8"))) <= targets


def test_every_variable_is_documented_and_every_documented_one_exists() -> None:
    said = VARIABLE.findall((ROOT / "docs" / "operations.md").read_text("utf-8"))
    real = {f"COACHLOOP_{name.upper()}" for name in Config.model_fields if name != "database_url"} | {"DATABASE_URL"}
    assert {name.removesuffix("_FILE") for name in said} == real


def test_the_scopes_of_tokens_are_told_as_their_page_tells_them() -> None:
    told = re.findall(
        r"^\| `([a-z]+)` \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "api.md").read_text("utf-8"), re.MULTILINE
    )
    assert {area: (read, write) for area, read, write in told} == AREAS
