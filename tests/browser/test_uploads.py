"""A recording is brought in by the browser: the connection breaks, the window is closed, and it goes on where it was."""

import wave
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Audio, Upload
from coachloop.app.queries import uploads

pytestmark = pytest.mark.browser

PIECE = 2 * 1024 * 1024


@pytest.fixture
def calls() -> int:
    """Few: others come in."""
    return 2


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A little more than two pieces."""
    path = tmp_path / "Call of Tuesday.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes([0, 0, 0, 32, 0, 64, 0, 32, 0, 0, 0, 224, 0, 192, 0, 224]) * (2 * PIECE // 16 + 5000))
    return path


def choose(page: Any, path: Path) -> None:
    """The file, and whose call it is."""
    page.get_by_label("Files").set_input_files(path)
    page.get_by_label("Whose calls are they?").select_option(label="Lea Rossi")
    page.get_by_role("button", name="Bring them in").click()


def test_broken_off_and_gone_on(visit: Visit, recording: Path) -> None:
    """First by itself, then after the window was closed, and nothing is sent twice."""
    page, sent = visit("leader"), []

    def lose(route: Any) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        at = int(route.request.headers["upload-offset"])
        sent.append(at)
        if len(sent) == 1 or at == 0:
            route.continue_()
        else:
            route.abort("connectionfailed")

    page.route("**/recordings/uploads/*", lose)
    page.goto("/recordings/add")
    wrong = look(page, "add-recordings")
    assert not wrong, "\n".join(wrong)
    choose(page, recording)
    expect(page.get_by_text("Connection lost; it goes on by itself.")).to_be_visible()
    assert uploads.offset(Upload.objects.get()) == PIECE
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("choose the same file again, and it goes on")).to_be_visible()
    page.unroute("**/recordings/uploads/*")
    before = len(sent)
    page.route("**/recordings/uploads/*", lambda route: (_note(route, sent), route.continue_()))
    choose(page, recording)
    expect(page.get_by_role("link", name="Open the conversation")).to_be_visible()
    assert sent[before:] == [PIECE, 2 * PIECE]
    assert Upload.objects.count() == 1
    assert Audio.objects.get().size == recording.stat().st_size
    page.get_by_role("link", name="Open the conversation").click()
    expect(page.get_by_text("This recording waits to be transcribed")).to_be_visible()
    wrong = look(page, "conversation-waits")
    assert not wrong, "\n".join(wrong)


def _note(route: Any, sent: list[int]) -> None:
    if route.request.method == "PATCH":
        sent.append(int(route.request.headers["upload-offset"]))


def test_it_goes_on_by_itself(visit: Visit, recording: Path) -> None:
    """One piece is lost on its way; nobody does anything, and it arrives."""
    page, lost = visit("qa_lead"), []

    def lose(route: Any) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0" and not lost:
            lost.append(1)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/recordings/uploads/*", lose)
    page.goto("/recordings/add")
    choose(page, recording)
    expect(page.get_by_role("link", name="Open the conversation")).to_be_visible()
    assert lost
    text = recording.with_suffix(".pdf")
    text.write_bytes(b"%PDF-1.7")
    page.get_by_label("Files").set_input_files(text)
    page.get_by_role("button", name="Bring them in").click()
    expect(page.get_by_text("Not taken:")).to_be_visible()
