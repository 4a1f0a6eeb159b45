"""What comes from elsewhere and is read by a machine: JSON, cursors, YAML, calendars, backups."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from coachloop.adapters.backup import store
from coachloop.adapters.calendars import feed, invitation
from coachloop.core.coaching.appointment import Appointment, Party
from coachloop.core.model.template_yaml import parse_template
from coachloop.web.api.paging import moment, position, text, whole
from coachloop.web.api.problems import ProblemError
from coachloop.web.api.shapes import parsed

NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"[" * 200_000 + b"]" * 200_000, id="deep"),
        pytest.param(b'{"a":' * 30_000 + b"1" + b"}" * 30_000, id="deep objects"),
        pytest.param(b"[" * 990 + b'"\\u0041"' + b"]" * 990, id="deep with an escape"),
        pytest.param(b"[" + b"1" * 5000 + b"]", id="a number of 5000 digits"),
        pytest.param(b'{"a": 1e999}', id="more than a number holds"),
        pytest.param(b'{"a": NaN}', id="no number"),
        pytest.param(b'"\\ud800"', id="half a character"),
        pytest.param(b'"\\u0000"', id="NUL"),
        pytest.param(b"\xff\xfe[\x00", id="other bytes"),
    ],
)
def test_a_body_that_would_break_its_reader_is_a_mistake_of_the_sender(raw: bytes) -> None:
    """422 and not 500: the API answers a ValueError as such."""
    with pytest.raises(ValueError):  # noqa: PT011 -- whichever
        parsed(raw)


@pytest.mark.parametrize(
    "place",
    [
        b"[" * 740, b"1" * 740, b"\xff\xfe", ["0001-01-01T00:00:00+23:59", 1], ["9999-12-31T23:59:59-23:59", 1], ["2026-05-11T09:00:00", 1],
        [1e999, 1], [-1, 1], [2**63, 1], ["' OR 1=1 --", 1], [{"a": 1}, 1], {"a": 1, "b": 2}, [None], ["\ud800", 1], "x", 5, None,
    ],
    ids=repr,
)  # fmt: skip
def test_a_cursor_that_somebody_made_is_none(place: Any) -> None:
    """What it may hold is a moment, a word or a number, and the database knows each of them."""
    made = place if isinstance(place, bytes) else json.dumps(place).encode()
    for raw in (base64.urlsafe_b64encode(made).decode().rstrip("="), "%00", "=", "..", "ä"):
        for read in (moment, whole):
            with pytest.raises(ProblemError):
                position(raw, read, whole)


def test_a_cursors_words_stay_words() -> None:
    """They go to the database as a parameter."""
    cursor = base64.urlsafe_b64encode(json.dumps(["x' OR '1'='1", 3]).encode()).decode()
    assert position(cursor, text, whole) == ["x' OR '1'='1", 3]


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(
            "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)), id="laughs"
        ),
        pytest.param("key: &a [*a]", id="itself"),
        pytest.param("key: " + "[" * 5000 + "]" * 5000, id="deep"),
        pytest.param('key: !!python/object/apply:os.system ["true"]', id="code"),
        pytest.param("<<: *x\nkey: y", id="merged"),
        pytest.param("key: 0x" + "f" * 5000, id="huge number"),
        pytest.param("key: 1:" + ":59" * 3000, id="sexagesimal"),
    ],
)
def test_a_template_that_would_grow_or_run_is_refused(template: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whichever
        parse_template(template)


HOSTILE = 'Ada"\r\nATTENDEE:mailto:evil@evil.example\r\nBEGIN:VEVENT\nX;Y,Z\\'


def test_a_name_adds_nothing_to_a_calendar() -> None:
    """Whatever somebody or a behaviour is called: one event, its people, and no line of their own."""
    people = (Party(HOSTILE, "ada@example.org"), Party(HOSTILE, "lea@example.org"))
    one = Appointment(
        uid="1@example.org", sequence=0, stamp=NOW, starts=NOW, ends=NOW, subject=HOSTILE, people=people, cancelled=False, link="https://coach.example.org/sessions/1"
    )  # fmt: skip
    for made in (invitation(one, organizer="coach@example.org"), feed([one], name="coachloop")):
        lines = made.replace("\r\n ", "").split("\r\n")
        assert [line for line in lines if line.startswith("BEGIN:")] == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]
        assert not [line for line in lines if line.startswith("ATTENDEE:") or line.endswith("evil@evil.example")]
        assert "\n" not in "".join(lines)


MANIFEST = {
    "made_at": "", "version": "", "vendor": "sqlite", "database": "coachloop.sqlite3", "size": 1, "sha256": "", "migrations": [],
    "tables": {}, "settings": [], "key": "",
}  # fmt: skip
KEPT = {"name": "audio/aa/a.wav", "size": 1, "sha256": "a" * 64, "modified": ""}


@pytest.mark.parametrize(
    "change",
    [
        {"media": [KEPT | {"name": "../../.ssh/authorized_keys"}]},
        {"media": [KEPT | {"name": "/etc/cron.d/x"}]},
        {"media": [KEPT | {"name": "audio/../../x"}]},
        {"media": [KEPT | {"name": "audio/\0x"}]},
        {"media": [KEPT | {"sha256": "../../../etc/passwd"}]},
        {"media": [KEPT | {"sha256": "/etc/passwd"}]},
        {"media": [KEPT | {"name": 5}]},
        {"database": "../other.sqlite3", "media": []},
        {"database": "/etc/passwd", "media": []},
    ],
    ids=str,
)
def test_a_backup_that_was_changed_leads_nowhere_else(tmp_path: Path, change: dict[str, Any]) -> None:
    """Neither is anything read from elsewhere, nor written to it."""
    manifest = tmp_path / store.MANIFEST
    manifest.write_text(json.dumps(MANIFEST | {"media": [KEPT]}))
    assert store.manifest_of(tmp_path).media[0].name == KEPT["name"]
    manifest.write_text(json.dumps(MANIFEST | change))
    with pytest.raises(store.BackupError, match="take another backup"):
        store.manifest_of(tmp_path)
