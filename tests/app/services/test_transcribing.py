"""Recordings of tones: each sounds like one word, so that what is transcribed can be read off."""

import errno
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from builders import NOW, call, lines, publish, score
from coachloop.app.models import Audio, AudioPart, AuditEntry, Conversation, Verdict
from coachloop.app.queries import audio as queries
from coachloop.app.queries.revisions import words_of
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import transcribing
from coachloop.app.services.alone import alone
from coachloop.app.services.ingest import ingest, revise
from coachloop.app.services.transcribing import Tally, transcribe_waiting
from coachloop.core.hearing.heard import Heard, HeardWord, Separated
from coachloop.core.hearing.port import RATE, CantTranscribeError, TranscriberUnavailableError
from coachloop.core.hearing.tools import Tools
from coachloop.core.model.recording import Recording
from sounds import lying

pytestmark = pytest.mark.django_db

AGENT = "good morning this is harper bank my name is linda how can i help you today"
CUSTOMER = "hi i would like to order a new card please my name is john"


@dataclass
class Listener:
    """Hears one sentence where there is sound; `fails` are raised first, in their order."""

    name: str = "listener-1"
    says: Sequence[str] = (AGENT, CUSTOMER)
    fails: list[Exception] = field(default_factory=list)
    asked: list[tuple[float, str]] = field(default_factory=list)

    def transcribe(self, samples, *, language="", hotwords=()):  # noqa: ARG002 -- as the port has it
        if self.fails:
            raise self.fails.pop(0)
        self.asked.append((len(samples) / RATE, language))
        loud = np.abs(samples).max() if len(samples) else 0.0
        if not loud:
            return Heard(())
        said = self.says[0] if loud > 0.5 else self.says[1]
        start = int(np.argmax(np.abs(samples) > 0)) / RATE
        words = [HeardWord(word, start + 0.3 * n, start + 0.3 * n + 0.2) for n, word in enumerate(said.split())]
        return Heard(tuple(words), "en", 0.99)


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def sound(seconds: float, *, channels: int = 2) -> np.ndarray:
    """The agent's channel loud from second 1 on, the customer's softer from second 8 on."""
    samples = np.zeros((channels, int(seconds * RATE)), np.float32)
    samples[0, RATE : 6 * RATE] = 0.9
    samples[-1, 8 * RATE : 12 * RATE] = 0.3
    return samples


def tools(samples: np.ndarray, listener: Listener | None = None, **more: object) -> Tools:
    def read(path, *, start, end):
        path.read_bytes()
        return samples[:, round(start * RATE) : round(end * RATE)]

    def separate(whole, words):  # noqa: ARG001 -- as the port has it
        half = len(AGENT.split())
        return Separated((tuple(words[half:]), tuple(words[:half])), 0.9)

    def copy(path, to, *, muted):  # noqa: ARG001 -- as the port has it
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(b"copy")

    return Tools(listener or Listener(), separate=separate, read=read, copy=copy, **more)


def bring(seconds: float = 20.0, *, channels: int = 2, key: str = "c-1", **fields: object) -> Audio:
    recording = Recording(key[-1] * 64, ".wav", f"{key}.wav", "pcm_s16le", seconds, channels, 8000, 100)
    document = {**call(key), "turns": None, "audio": recording.name, **fields}
    ingest([replace(lines(document)[0], recording=recording)], viewer=OPERATOR, now=NOW)
    row = Audio.objects.get(conversation__key=key)
    lying(queries.name_of(row)).parent.mkdir(parents=True, exist_ok=True)
    lying(queries.name_of(row)).write_bytes(b"sound")
    return row


def listen(with_tools: Tools, **how: object) -> Tally:
    return transcribe_waiting(with_tools, viewer=OPERATOR, now=lambda: NOW, **how)


def document(key: str = "c-1") -> dict:
    return json.loads(words_of(Conversation.objects.get(key=key)))


def spoken(key: str = "c-1") -> list[tuple[str, str]]:
    return [(turn["speaker"], turn["text"]) for turn in document(key)["turns"]]


def test_a_recording_becomes_a_conversation_and_is_scored(home):  # noqa: ARG001 -- where media go
    publish()
    bring()
    assert listen(tools(sound(20))).done == 1
    assert spoken() == [("agent", AGENT), ("customer", CUSTOMER)]
    row = Audio.objects.get()
    assert (row.state, row.transcriber, row.agent_channel) == ("done", "listener-1", 0)
    assert lying(queries.copy_of(row)).read_bytes() == b"copy"
    assert document()["speakers"] == {"from": "channels", "confidence": 1.0, "confirmed": False}
    assert document()["turns"][1]["words"][0] == {"text": "hi", "start": 8.0, "end": 8.2}
    assert (document()["language"], document()["transcribed_by"]) == ("en", "listener-1")
    score()
    assert Verdict.objects.filter(behaviour__key="greets", outcome="met").count() == 1
    assert not AudioPart.objects.exists()
    assert AuditEntry.objects.filter(action="recordings.transcribe").count() == 1


def test_done_is_done(home):  # noqa: ARG001
    bring()
    listener = Listener()
    listen(tools(sound(20), listener))
    assert listen(tools(sound(20), listener)) == Tally()
    assert len(listener.asked) == 2


def test_whoever_is_ended_goes_on_after_the_last_part(home, monkeypatch):  # noqa: ARG001
    """Eleven minutes are parts of four or five; power fails in the third of them."""
    bring(660.0)
    samples = sound(660)
    listener = Listener()

    def power_fails(*_, **__):
        raise KeyboardInterrupt

    asked = iter([False, False, True])
    monkeypatch.setattr(AudioPart, "save", lambda self: power_fails() if next(asked) else super(AudioPart, self).save())
    with pytest.raises(KeyboardInterrupt):
        listen(tools(samples, listener))
    monkeypatch.undo()
    assert AudioPart.objects.count() == 2
    heard = []
    listen(tools(samples, listener), progress=heard.append)
    assert spoken() == [("agent", AGENT), ("customer", CUSTOMER)]
    assert sum(heard) == pytest.approx(2 * 660)
    assert sum(seconds for seconds, _ in listener.asked) < 2 * 660 + 301


def test_parts_of_another_transcriber_are_not_mixed_in(home):  # noqa: ARG001
    row = bring()
    AudioPart.objects.create(
        audio=row, channel=0, number=0, start=0, end=20, transcriber="another", words=[["x", 1, 2, 1]]
    )
    listen(tools(sound(20)))
    assert spoken()[0] == ("agent", AGENT)


def test_it_ends_between_parts_when_its_time_is_over(home):  # noqa: ARG001
    bring(660.0)
    over = iter([False, False, True])
    tally = listen(tools(sound(660)), enough=lambda: next(over))
    assert (tally.done, AudioPart.objects.count(), Audio.objects.get().tries) == (0, 1, 0)
    assert listen(tools(sound(660))).done == 1


def test_channels_the_other_way_round_are_told_and_nothing_is_said_of_the_agent(home):  # noqa: ARG001
    publish()
    bring()
    assert listen(tools(sound(20), agent_channel=1)).unsure == 1
    assert "swapped" in Audio.objects.get().notes[0]
    score()
    assert set(Verdict.objects.values_list("outcome", flat=True)) == {"unscored"}


def test_both_in_one_channel_are_told_apart_by_voice_and_by_what_they_say(home):  # noqa: ARG001
    bring(channels=1)
    listen(tools(sound(20, channels=1), Listener(says=(f"{AGENT} {CUSTOMER}", ""))))
    assert dict(spoken()) == {"agent": AGENT, "customer": CUSTOMER}
    assert document()["speakers"]["from"] == "separated"
    assert 0.5 <= document()["speakers"]["confidence"] <= 0.9


def test_silence_is_a_conversation_without_turns(home):  # noqa: ARG001
    bring()
    assert listen(tools(np.zeros((2, 20 * RATE), np.float32))).done == 1
    assert spoken() == []
    assert listen(tools(sound(20))) == Tally()


def test_a_transcriber_that_is_away_is_asked_again_later(home):  # noqa: ARG001
    bring()
    bring(key="c-2")
    away = Listener(fails=[TranscriberUnavailableError("the server does not answer")])
    assert listen(tools(sound(20), away)).waits == "the server does not answer"
    assert set(Audio.objects.values_list("state", "tries")) == {("waiting", 0)}
    assert listen(tools(sound(20), away)).done == 2


def test_one_that_cannot_be_asked_about_does_not_keep_the_others_waiting(home):  # noqa: ARG001
    bring()
    bring(key="c-2")
    listen(tools(sound(20), Listener(fails=[TranscriberUnavailableError("no answer in time")])))
    late = Listener(fails=[])
    assert listen(tools(sound(20), late), rest=timedelta(minutes=5)).done == 1
    assert Audio.objects.get(state="waiting").conversation.key == "c-1"
    assert listen(tools(sound(20), late)).done == 1


def test_what_cannot_be_transcribed_says_why_and_the_rest_goes_on(home):  # noqa: ARG001
    bring()
    bring(key="c-2")
    tally = listen(tools(sound(20), Listener(fails=[CantTranscribeError("too long for the model")])))
    assert (tally.done, tally.failed) == (1, [("c-1.wav", "too long for the model")])
    assert Audio.objects.get(conversation__key="c-1").reason == "too long for the model"
    assert listen(tools(sound(20))) == Tally()
    assert transcribing.try_again(viewer=OPERATOR, now=NOW) == 1
    assert listen(tools(sound(20))).done == 1


def test_a_recording_that_is_gone_says_so(home):  # noqa: ARG001
    """Whoever reads the page learns nothing of where files lie here."""
    lying(queries.name_of(bring())).unlink()
    reason = listen(tools(sound(20))).failed[0][1]
    assert reason == "its file can't be read or written: No such file or directory"


def test_while_the_disk_is_full_all_wait(home):  # noqa: ARG001
    bring()
    bring(key="c-2")

    def copy(path, to, *, muted):  # noqa: ARG001 -- as the port has it
        raise OSError(errno.ENOSPC, "No space left on device")

    tally = listen(replace(tools(sound(20)), copy=copy))
    assert (tally.done, tally.failed, "disk is full" in tally.waits) == (0, [], True)
    assert set(Audio.objects.values_list("state", "tries")) == {("waiting", 0)}
    assert listen(tools(sound(20))).done == 2


def test_one_that_ends_everybody_is_left_alone(home):  # noqa: ARG001
    bring()
    Audio.objects.update(tries=transcribing.TRIES)
    assert "ended 5 times" in listen(tools(sound(20))).failed[0][1]


@contextmanager
def elsewhere(name: str) -> Iterator[None]:
    """Somebody else is at it: on PostgreSQL another session, which a thread has of its own."""
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with alone(name) as mine:
            assert mine
            holds.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    holds.wait(10)
    yield
    done.set()
    thread.join()


def test_nobody_listens_to_what_somebody_else_listens_to(home):  # noqa: ARG001
    row = bring()
    with elsewhere(str(queries.name_of(row))):
        assert listen(tools(sound(20))).busy == 1
    assert listen(tools(sound(20))).done == 1


def test_a_transcript_that_came_with_it_is_not_made_again(home):  # noqa: ARG001
    bring(turns=[{"speaker": "agent", "text": "Hello", "start": 1.0}])
    listener = Listener()
    assert listen(tools(sound(20), listener)).done == 1
    assert (spoken(), listener.asked) == ([("agent", "Hello")], [])
    assert Audio.objects.get().copied


def test_without_a_transcriber_those_that_brought_their_words_get_their_copy(home):  # noqa: ARG001
    bring(key="c-1")
    bring(key="c-2", turns=[{"speaker": "agent", "text": "Hello", "start": 1.0}])
    tally = listen(replace(tools(sound(20)), transcriber=None))
    assert (tally.done, tally.waits) == (1, transcribing.NOBODY)
    assert set(Audio.objects.values_list("conversation__key", "state")) == {("c-1", "waiting"), ("c-2", "done")}


def test_the_language_that_was_heard_first_is_the_calls(home):  # noqa: ARG001
    bring()
    listener = Listener()
    listen(tools(sound(20), listener))
    assert [language for _, language in listener.asked] == ["", "en"]
    bring(key="c-2", language="de")
    listen(tools(sound(20), listener))
    assert [language for _, language in listener.asked[2:]] == ["de", "de"]


def test_where_nothing_unmasked_is_kept_the_recording_goes(home, settings):  # noqa: ARG001
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "always"})
    row = bring()
    listen(tools(sound(20)))
    row.refresh_from_db()
    assert not lying(queries.name_of(row)).exists()
    assert lying(queries.copy_of(row)).exists()


def test_a_recording_that_is_not_kept_and_comes_again_goes_too(home, settings):  # noqa: ARG001
    """The same call again is a duplicate, for which nobody listens; what failed may be asked for again."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "always"})
    row = bring()
    listen(tools(sound(20)))
    lying(queries.name_of(row)).write_bytes(b"sound")
    other = bring(key="c-2")
    Audio.objects.filter(pk=other.pk).update(state="failed")
    arrived = datetime.fromtimestamp(lying(queries.name_of(row)).stat().st_mtime, UTC)
    assert transcribing.forget_unwanted(now=arrived + timedelta(hours=23)) == 0
    assert transcribing.forget_unwanted(now=arrived + timedelta(hours=25)) == 1
    assert (lying(queries.name_of(row)).exists(), lying(queries.name_of(other)).exists()) == (False, True)
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "display"})
    assert transcribing.forget_unwanted(now=arrived + timedelta(hours=50)) == 0


def test_where_the_recording_went_another_copy_is_made_of_the_one_before(home, settings):  # noqa: ARG001
    """What is muted there stays so, and the one before goes with its peaks."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "always"})
    bring()
    listen(tools(sound(20)))
    row = Audio.objects.get()
    before = lying(queries.copy_of(row)).with_name("before.m4a")
    lying(queries.copy_of(row)).replace(before)
    before.with_suffix(queries.PEAKS).write_bytes(b"peaks")
    Audio.objects.update(state="waiting", copied=before.name)
    sources = []

    def copy(path, to, *, muted):  # noqa: ARG001 -- as the port has it
        sources.append(path)
        to.write_bytes(path.read_bytes())

    assert listen(replace(tools(sound(20)), copy=copy)).done == 1
    assert sources == [before]
    assert lying(queries.copy_of(row)).read_bytes() == b"copy"
    assert not before.exists()
    assert not before.with_suffix(queries.PEAKS).exists()


def test_words_that_come_in_while_somebody_listens_are_kept(home):  # noqa: ARG001
    """And what was copied by the words before is copied anew."""
    row = bring()
    whole = tools(sound(20))
    told = {**document(), "turns": [{"speaker": "agent", "text": "Hello", "start": 1.0}]}

    def interrupt(path, *, start, end):
        if Conversation.objects.get().revision == 1:
            ingest(lines(told), viewer=OPERATOR, now=NOW, replace=True)
        return whole.read(path, start=start, end=end)

    def confirm(path, to, *, muted):
        whole.copy(path, to, muted=muted)
        if Conversation.objects.get().revision == 2:
            revise(Conversation.objects.get(), json.dumps(told), now=NOW)

    assert listen(replace(whole, read=interrupt, copy=confirm)).failed == []
    assert spoken() == [("agent", "Hello")]
    row.refresh_from_db()
    assert (row.state, row.transcriber) == ("waiting", "")
    listen(whole)
    row.refresh_from_db()
    assert row.state == "done"
