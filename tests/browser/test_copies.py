"""A browser hears the very second of a recording's copy that it is asked for."""

from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from coachloop.adapters.audio.copies import browser_copy
from coachloop.adapters.audio.read import RATE, read
from sounds import saved

pytestmark = pytest.mark.browser
SECONDS = 60

HEARD = """async ([copy, second]) => {
  const audio = new Audio(URL.createObjectURL(new Blob([Uint8Array.from(atob(copy), c => c.charCodeAt(0))], {type: "audio/mp4"})));
  await new Promise((ready, failed) => { audio.onloadedmetadata = ready; audio.onerror = () => failed(audio.error.message); });
  audio.currentTime = second;
  await new Promise(done => audio.onseeked = done);
  const context = new AudioContext({sampleRate: 16000}), source = context.createMediaElementSource(audio);
  const listener = context.createScriptProcessor(4096, 1, 1), heard = [];
  const enough = new Promise(done => listener.onaudioprocess = event => {
    const samples = Array.from(event.inputBuffer.getChannelData(0));
    if (heard.length || samples.some(Boolean)) heard.push(...samples);
    if (heard.length > 8192) done();
  });
  source.connect(listener); listener.connect(context.destination);
  await context.resume();
  await audio.play();
  await enough;
  const duration = audio.duration;
  audio.pause(); context.close();
  return {duration, heard};
}"""


def test_a_second_that_is_asked_for_is_the_second_that_is_heard(browser: Browser, tmp_path: Path) -> None:
    """Within five milliseconds, far into the recording; asked of the sound itself, not of the player's clock."""
    noise = np.random.default_rng(7).normal(0, 0.2, (1, SECONDS * 8000))  # alike nowhere
    call = saved(tmp_path / "call.wav", np.convolve(noise[0], np.ones(4) / 4)[None])
    browser_copy(call, tmp_path / "copy.m4a")
    copy = b64encode((tmp_path / "copy.m4a").read_bytes()).decode()
    page = browser.new_page()
    page.set_content("<button>Listen</button>")
    page.get_by_role("button").click()  # no browser plays before somebody touched the page
    original = read(call, start=0, end=SECONDS)[0]
    for second in (12.345, 51.05):
        answer = page.evaluate(HEARD, [copy, second])
        assert answer["duration"] == pytest.approx(SECONDS, abs=0.01)
        heard = np.array(answer["heard"], np.float32)
        heard = heard[np.flatnonzero(heard)[0] :][:1600]
        near = round(second * RATE) - RATE // 2
        likeness = np.correlate(original[near : near + RATE], heard, "valid")
        assert (likeness.argmax() + near) / RATE == pytest.approx(second, abs=0.005)
    page.close()
