"""Links in a folder of backups, or of media, lead nowhere: nothing elsewhere is read, written or deleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coachloop.adapters.backup import store
from coachloop.adapters.backup.store import BackupError, Manifest
from coachloop.adapters.media import Folder

NOW = datetime(2026, 5, 11, tzinfo=UTC)
SOUND = Path("audio/aa/sound.wav")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that is none of ours, with a file."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture
def media(tmp_path: Path) -> Folder:
    """One recording."""
    path = tmp_path / "media" / SOUND
    path.parent.mkdir(parents=True)
    path.write_bytes(b"sound")
    return Folder(tmp_path / "media")


@pytest.fixture
def backups(tmp_path: Path, media: Folder) -> Path:
    """A folder with a backup of it."""
    make(tmp_path / "backups", media)
    return tmp_path / "backups"


def make(folder: Path, media: Folder, now: datetime = NOW) -> None:
    with store.making(folder, now) as part:
        (part / "db").write_bytes(b"rows")
        (part / store.KEY).write_text("key")
        kept = store.keep_media(media, folder)
        sha256 = store.sha256_of(part / "db")
        store.write_manifest(part, Manifest("", "1", "sqlite", "db", 4, sha256, [], {}, [], "", kept))


def restored(folder: Path, to: Path) -> None:
    store.put_media(folder, store.manifest_of(store.chosen(folder)), Folder(to))


def as_it_was(elsewhere: Path) -> bool:
    return {path.name: path.read_text() for path in elsewhere.iterdir()} == {"secret": "secret"}


def test_without_links_it_comes_back(backups: Path, tmp_path: Path) -> None:
    restored(backups, tmp_path / "new")
    assert (tmp_path / "new" / SOUND).read_bytes() == b"sound"
    assert store.wrong_files(backups, store.chosen(backups)) == []


def test_a_link_among_media_is_not_copied(backups: Path, media: Folder, elsewhere: Path) -> None:
    (media.root / "audio/aa/link.wav").symlink_to(elsewhere / "secret")
    (media.root / "audio/folder").symlink_to(elsewhere)
    make(backups, media, NOW.replace(year=2027))
    assert [one.name for one in store.manifest_of(store.chosen(backups)).media] == [str(SOUND)]


def replaced(path: Path, to: Path) -> None:
    """By a link."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}-before"))
    path.symlink_to(to)


@pytest.mark.parametrize(
    "which",
    [
        lambda backup: backup / store.MANIFEST,
        lambda backup: backup / "db",
        lambda backup: backup / store.KEY,
        lambda backup: next((backup.parent / store.FILES).glob("??/*")),
        lambda backup: backup.parent / store.FILES,
    ],
    ids=["manifest", "database", "key", "recording", "recordings"],
)
def test_a_link_in_a_backup_is_not_read(  # noqa: PLR0917 -- fixtures
    backups: Path, elsewhere: Path, tmp_path: Path, which: Callable[[Path], Path]
) -> None:
    path = which(store.chosen(backups))
    (elsewhere / path.name).write_bytes(path.read_bytes() if path.is_file() else b"")
    there = elsewhere / path.name
    replaced(path, there if path.is_file() else elsewhere)
    if path.name == store.FILES:
        there.unlink()
        for kept in path.with_name("files-before").glob("??"):
            kept.rename(elsewhere / kept.name)
    with pytest.raises(BackupError, match="leads elsewhere"):
        restored(backups, tmp_path / "new")
    assert not (tmp_path / "new" / SOUND).exists()


@pytest.mark.parametrize("link", [SOUND.parts[0], "/".join(SOUND.parts[:2])])
def test_nothing_is_put_back_through_a_link(  # noqa: PLR0917 -- fixtures
    backups: Path, elsewhere: Path, tmp_path: Path, link: str
) -> None:
    target = tmp_path / "new" / link
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(elsewhere)
    with pytest.raises(BackupError, match="leads elsewhere"):
        restored(backups, tmp_path / "new")
    assert as_it_was(elsewhere)


def test_a_link_in_the_place_of_a_recording_is_replaced_and_not_followed(
    backups: Path, elsewhere: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / SOUND
    target.parent.mkdir(parents=True)
    (elsewhere / "secret").write_bytes(b"other")  # as long as the recording
    target.symlink_to(elsewhere / "secret")
    target.with_name(f".{target.name}.part").symlink_to(elsewhere / "secret")
    restored(backups, tmp_path / "new")
    assert (target.is_symlink(), target.read_bytes()) == (False, b"sound")
    assert (elsewhere / "secret").read_bytes() == b"other"


@pytest.mark.parametrize("link", [store.FILES, ".lock", "files/in", "files/2f"])
def test_nothing_is_backed_up_through_a_link(  # noqa: PLR0917 -- fixtures
    tmp_path: Path, media: Folder, elsewhere: Path, link: str
) -> None:
    folder = tmp_path / "backups"
    path = folder / link.replace("2f", store.hashlib.sha256(b"sound").hexdigest()[:2])
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere / "secret" if link == ".lock" else elsewhere)
    with pytest.raises(BackupError, match="leads elsewhere"):
        make(folder, media)
    assert as_it_was(elsewhere)


def test_what_goes_with_old_backups_is_never_elsewhere(backups: Path, media: Folder, elsewhere: Path) -> None:
    (elsewhere / ".part-1").write_text("theirs")
    (backups / store.FILES / "zz").symlink_to(elsewhere)
    (backups / ".part-old").symlink_to(elsewhere)
    make(backups, media, NOW.replace(year=2027))
    assert store.prune(backups, keep=1) == 1
    assert {path.name for path in elsewhere.iterdir()} == {"secret", ".part-1"}
    assert len(store.backups_in(backups)) == 1
