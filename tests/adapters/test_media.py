"""Media in a folder and in a bucket: the same files, whole or not at all."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from signal import SIGKILL

import pytest

from coachloop.adapters import media as adapter
from coachloop.adapters.media import Bucket, Folder, Remote, opened
from coachloop.core.model.media import AUDIO, Media, MediaUnavailableError, recording
from servers.bucket import Wire, a_bucket, place

NAME = recording("ab" * 32, ".wav")
LONG = bytes(range(256)) * 12_000  # three requests


@pytest.fixture(scope="module")
def store() -> Iterator[tuple[str, int]]:
    with a_bucket() as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    if request.param == "folder":
        return opened(Bucket(""), tmp_path)
    _, port = request.getfixturevalue("store")
    return opened(place(port, f"b-{tmp_path.name.replace('_', '-').lower()[:40]}"), tmp_path)


def put(media: Media, name: PurePosixPath, content: bytes) -> None:
    with media.making(name) as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_what_is_put_is_there_whole(media: Media) -> None:
    assert media.size(NAME) is None
    put(media, NAME, LONG)
    assert media.size(NAME) == len(LONG)
    assert b"".join(media.read(NAME)) == LONG
    with media.file(NAME) as path:
        assert path.read_bytes() == LONG


def test_a_part_is_read_without_the_rest(media: Media) -> None:
    put(media, NAME, LONG)
    assert b"".join(media.read(NAME, 1_000_000, 2_100_000)) == LONG[1_000_000:2_100_000]
    assert b"".join(media.read(NAME, 5, 6)) == LONG[5:6]
    assert b"".join(media.read(NAME, 5, 5)) == b""


def test_what_is_not_there_is_said_at_once(media: Media) -> None:
    with pytest.raises(FileNotFoundError):
        list(media.read(NAME))
    with pytest.raises(FileNotFoundError), media.file(NAME):
        pass
    assert not media.renew(NAME)
    media.remove(NAME)
    assert list(media.lying(AUDIO)) == []


def test_it_is_listed_renewed_and_removed(media: Media) -> None:
    put(media, NAME, b"one")
    put(media, PurePosixPath("clips", "1-x.m4a"), b"four")
    [found] = media.lying(AUDIO)
    assert (found.name, found.size) == (NAME, 3)
    assert abs(found.modified_at.timestamp() - time.time()) < 60
    assert media.renew(NAME)
    with media.file(NAME, again=True):
        pass
    media.remove(NAME, PurePosixPath("clips", "1-x.m4a"))
    assert (media.size(NAME), list(media.lying(AUDIO))) == (None, [])
    with pytest.raises(FileNotFoundError), media.file(NAME, again=True):
        pass


def test_what_lies_beside_it_is_there_too(media: Media) -> None:
    beside = NAME.with_suffix(".peaks")
    with media.making(NAME, beside) as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"copy")
        path.with_suffix(".peaks").write_bytes(b"peaks")
    assert (media.size(NAME), media.size(beside)) == (4, 5)


def test_whoever_fails_on_the_way_leaves_nothing_under_the_name(store: tuple[str, int], tmp_path: Path) -> None:
    """In a folder the one who writes sees to it: see keep.written."""
    media = opened(place(store[1], "failing"), tmp_path)
    with suppress(ZeroDivisionError), media.making(NAME) as path:
        path.write_bytes(b"half")
        raise ZeroDivisionError
    assert media.size(NAME) is None


KILLED = """
import os, signal, sys
from pathlib import Path
from coachloop.adapters.media import Bucket, opened
from coachloop.core.model.media import recording
media = opened(Bucket(sys.argv[1], "testing", "testing", sys.argv[2]), Path(sys.argv[3]))
with media.making(recording("ab" * 32, ".wav")) as path:
    path.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_while_writing_leaves_nothing_under_the_name(store: tuple[str, int], tmp_path: Path) -> None:
    bucket = place(store[1], "killed")
    done = subprocess.run([sys.executable, "-c", KILLED, bucket.url, bucket.endpoint, str(tmp_path)], check=False)  # noqa: S603 -- our own words
    assert done.returncode == -SIGKILL
    media = opened(bucket, tmp_path)
    assert media.size(NAME) is None
    left = list((tmp_path / "cache" / "media").iterdir())
    os.utime(left[0], (0, 0))
    media.tidy()
    assert not left[0].exists()


@pytest.fixture
def wire(store: tuple[str, int]) -> Iterator[Wire]:
    found = Wire(store)
    yield found
    found.close()


def test_a_connection_that_breaks_in_the_middle_is_made_anew(wire: Wire, tmp_path: Path) -> None:
    media = opened(place(wire.port, "breaking"), tmp_path)
    put(media, NAME, LONG)
    wire.breaks_after = wire.passed + 1_500_000
    assert b"".join(media.read(NAME)) == LONG
    assert wire.breaks_after is None


def test_while_nothing_answers_nothing_is_lost_and_nothing_half_is_there(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs  # noqa: PLC0415 -- only here

    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    media = opened(place(wire.port, "cut"), tmp_path)
    put(media, NAME, LONG)
    other = recording("cd" * 32, ".wav")
    wire.cut()
    with pytest.raises(MediaUnavailableError, match="does not answer"):
        list(media.read(NAME, 0, 9))
    with pytest.raises(MediaUnavailableError):
        put(media, other, LONG)
    wire.heal()
    assert (media.size(NAME), media.size(other)) == (len(LONG), None)
    put(media, other, LONG)
    assert b"".join(media.read(other)) == LONG


def test_what_is_wanted_again_is_brought_once_and_goes_when_it_is_old_or_too_much(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = opened(place(wire.port, "cached"), tmp_path)
    names = [recording(f"{n}" * 64, ".wav") for n in range(3)]
    for name in names:
        put(media, name, LONG)
    for name in names:
        with media.file(name, again=True):
            pass
    before = wire.passed
    with media.file(names[0], again=True) as path:
        assert path.read_bytes() == LONG
        assert wire.passed < before + 10_000
        monkeypatch.setattr(adapter, "CACHE_BYTES", len(LONG))
        media.tidy()
        assert path.read_bytes() == LONG  # whoever uses it keeps it
    kept = [path for path in (tmp_path / "cache" / "media" / AUDIO).rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [names[0].name]
    os.utime(kept[0], (0, 0))
    media.tidy()
    assert not kept[0].exists()


def test_a_folder_may_be_named(tmp_path: Path) -> None:
    assert opened(Bucket(str(tmp_path)), tmp_path / "home") == Folder(tmp_path)
    assert isinstance(opened(Bucket("s3://one"), tmp_path), Remote)
    assert "secret" not in repr(Bucket("s3://one", "key", "secret"))


def test_several_at_once_get_the_same(store: tuple[str, int], tmp_path: Path) -> None:
    media, found = opened(place(store[1], "several"), tmp_path), []
    put(media, NAME, LONG)

    def fetch() -> None:
        with media.file(NAME, again=True) as path:
            found.append(path.read_bytes() == LONG)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [True] * 4
