import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from coachloop.adapters.readers import ahead
from coachloop.adapters.readers.lines import records
from coachloop.core.model.receipt import Refusal
from coachloop.core.model.scores import Score, scores

BERLIN = ZoneInfo("Europe/Berlin")
PATIENCE = 60
ROWS = b"".join(
    b"c-%d,greets,2026-05-04T23:30:00,%s\n" % (n, b"yes" if n % 100 == 7 else b"met") for n in range(12_000)
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_bytes(b"call_id,behaviour,started_at,verdict\n" + ROWS)
    return path


def test_another_process_reads_the_same(file, monkeypatch):
    """Refusals among them keep their places and reasons, beyond the first part."""
    here = list(ahead.read_scores(file, BERLIN))
    assert here == list(scores(records(file), BERLIN))
    assert [one.line for one in here if isinstance(one, Refusal)][:2] == [9, 109]
    monkeypatch.setattr(ahead, "LARGE", 1)
    assert list(ahead.read_scores(file, BERLIN)) == here


def test_a_file_that_is_not_there_is_refused(tmp_path):
    (refused,) = ahead.read_scores(tmp_path / "none.csv", BERLIN)
    assert "can't be read" in refused.reason


def test_whoever_stops_early_leaves_no_process(file, monkeypatch):
    monkeypatch.setattr(ahead, "LARGE", 1)
    reading = ahead.read_scores(file, BERLIN)
    assert isinstance(next(reading), Score)
    reading.close()


def test_a_reader_that_is_killed_is_told_of(file, monkeypatch):
    """What came before stands; the end of the file is not made up."""
    monkeypatch.setattr(ahead, "LARGE", 1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ahead.ReadingError, match="was ended; import the file again"):
        list(ahead.read_scores(file, BERLIN))


def test_the_reader_ends_when_nobody_listens(file):
    """As after kill -9 of the import: its pipe is gone, and so is it."""
    command = [sys.executable, "-m", ahead.__name__, str(file), "UTC"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:  # noqa: S603 -- ourselves
        reader.stdout.read(1)
        reader.stdout.close()
        assert reader.wait(PATIENCE) == 1
