from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from coachloop.adapters.media import BLOCK, Folder
from coachloop.web.ranges import ranged, span

SIZE = 2 * BLOCK + 17
CONTENT = bytes(n % 251 for n in range(SIZE))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something longer than two blocks."""
    path = tmp_path_factory.mktemp("ranges") / "one.m4a"
    path.write_bytes(CONTENT)
    return path


def asked(path: Path, method: str = "get", **headers: str) -> HttpResponseBase:
    """The answer to a request with these headers."""
    request = getattr(RequestFactory(), method)("/", headers={k.replace("_", "-"): v for k, v in headers.items()})
    return ranged(request, PurePosixPath(path.name), media=Folder(path.parent), content_type="audio/mp4")


def body(response: Any) -> bytes:
    """All bytes of it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@given(first=st.integers(0, SIZE + 9), last=st.none() | st.integers(0, SIZE + 9))
def test_a_range_is_a_slice(file: Path, first: int, last: int | None) -> None:
    """From one byte up to another, or to the end: what Python's slice of the whole gives."""
    response = asked(file, Range=f"bytes={first}-{'' if last is None else last}")
    if last is not None and last < first:
        assert response.status_code == 200
        assert body(response) == CONTENT
        return
    wanted = CONTENT[first : None if last is None else last + 1]
    if not wanted:
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{SIZE}"
        return
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{SIZE}"
    assert response["Content-Length"] == str(len(wanted))
    assert body(response) == wanted


@given(count=st.integers(0, SIZE * 2))
def test_a_suffix_is_the_end(file: Path, count: int) -> None:
    response = asked(file, Range=f"bytes=-{count}")
    assert response.status_code == (206 if count else 416)
    assert body(response) == (CONTENT[-count:] if count else b"")


@given(asked_for=st.text("bytes=019-, ٣", max_size=30) | st.text("019-, ", max_size=12).map("bytes={}".format))
def test_whatever_is_asked_for_is_answered(asked_for: str) -> None:
    """Nonsense and several ranges at once are ignored; what is given lies in the file."""
    found = span(asked_for, 100)
    assert found is None or found.is_empty or 0 <= found.start < found.stop <= 100


def test_without_a_range_it_is_the_whole_file(file: Path) -> None:
    response = asked(file)
    assert response.status_code == 200
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "audio/mp4"
    assert body(response) == CONTENT


@pytest.mark.parametrize(
    ("known", "status"), [('"one"', 206), ('"other"', 200), ("Wed, 21 Oct 2026 07:28:00 GMT", 200)]
)
def test_a_part_of_another_content_is_no_part(file: Path, known: str, status: int) -> None:
    """If-Range: whoever has the start of an older file gets the new one whole."""
    assert asked(file, Range="bytes=5-9", If_Range=known).status_code == status


@pytest.mark.parametrize(("known", "status"), [('"one"', 304), ('W/"one", "two"', 304), ("*", 304), ('"other"', 200)])
def test_what_is_known_is_not_sent_again(file: Path, known: str, status: int) -> None:
    assert asked(file, If_None_Match=known).status_code == status


def test_head_says_how_long_it_is(file: Path) -> None:
    """And ignores a range, which only GET knows."""
    response = asked(file, "head", Range="bytes=0-9")
    assert (response.status_code, response["Content-Length"], body(response)) == (200, str(SIZE), b"")
