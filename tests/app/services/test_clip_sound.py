"""Clips are heard: by whom, what of the recording, and not a moment longer than the agent in them agrees."""

import json
import os
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from builders import MANNERS, NOW, call, publish, score, take
from coachloop.adapters.audio.copies import browser_copy
from coachloop.adapters.audio.read import RATE, read
from coachloop.app.models import Assignment, Audio, AuditEntry, Clip, ClipView, Conversation, Revision, Verdict
from coachloop.app.queries import audio, clip_sound
from coachloop.app.queries import clips as queries
from coachloop.app.services import clip_sound as services
from coachloop.app.services import clips
from coachloop.core.masking.shown import EARLY, LATE
from coachloop.wiring import cut_clip
from sounds import lying, saved, speechlike

DIGEST = "c" * 64
SAID = ("Good morning, Ms Berg!", "Hello.", "How are you, Ms BERG?", "Fine.")
SECONDS = 16.0


def turns():
    """Four turns of two seconds, one every four, and when each word of them was said."""
    for number, text in enumerate(SAID):
        start, words = 4.0 * number, text.split()
        timed = [{"text": word, "start": start + 0.5 * n, "end": start + 0.5 * n + 0.4} for n, word in enumerate(words)]
        yield {
            "speaker": ("agent", "customer")[number % 2],
            "text": text,
            "start": start,
            "end": start + 2,
            "words": timed,
        }


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What browsers play of a call in which somebody speaks all the time."""
    folder = tmp_path_factory.mktemp("copy")
    browser_copy(saved(folder / "call.wav", speechlike(SECONDS, channels=2)), folder / "copy.m4a")
    return (folder / "copy.m4a").read_bytes()


@pytest.fixture
def clip(cast, home, copy):  # noqa: ARG001 -- where the files lie
    """Lea greets Ms Berg in one call of hers, which can be heard."""
    publish(MANNERS)
    take(call("c-1", turns=list(turns()), customer_name="Ms Berg", audio="call.wav", audio_sha256=DIGEST))
    score()
    recording(copy)
    verdict = Verdict.objects.get(behaviour__key="greets")
    return clips.make_clip(viewer=cast.ada, verdict_id=verdict.pk, title="Hello", why_good="It is warm.", now=NOW)


def recording(copy, **change):
    facts = {
        "sha256": DIGEST, "suffix": ".wav", "name": "call.wav", "codec": "pcm", "seconds": SECONDS, "channels": 2,
        "sample_rate": 8000, "size": 1, "state": "done", "done_at": NOW,
    } | change  # fmt: skip
    row = Audio(conversation=Conversation.objects.get(key="c-1"), **facts)
    row.copied = audio.copy_name(row, ())
    row.save()
    lying(audio.copy_of(row)).parent.mkdir(parents=True, exist_ok=True)
    lying(audio.copy_of(row)).write_bytes(copy)
    return row


def plays(viewer, clip):
    return services.heard(viewer=viewer, clip_id=clip.pk, cut=cut_clip, now=NOW)


def who_hears(cast, clip):
    names = ("ada", "ben", "lea", "tom", "evaluator", "qa_lead", "operations", "admin", "nobody")
    return {name for name in names if plays(getattr(cast, name), clip)}


def files():
    return sorted(path.name for path in lying("clips").glob("*"))


@pytest.fixture
def earnest(django_capture_on_commit_callbacks):
    """Does something and what follows its commit."""

    def do(act, **how):
        with django_capture_on_commit_callbacks(execute=True):
            return act(now=NOW, **how)

    return do


def test_nobody_hears_it_before_the_agent_agrees_to_be_heard(cast, clip, earnest):
    """The agent may, to know what they are asked; the words alone are no yes to the voice; taken back, it is gone with its file."""
    assert who_hears(cast, clip) == {"lea"}
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk)
    clips.share(viewer=cast.ada, clip_id=clip.pk, with_whom="agent:tom", now=NOW)
    assert who_hears(cast, clip) == {"lea"}
    assert queries.clip(cast.tom, clip.pk).sound is None
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk, voice=True)
    assert who_hears(cast, clip) == {"ada", "lea", "tom", "qa_lead"}
    assert len(files()) == 1
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk)
    assert files() == []
    assert who_hears(cast, clip) == {"lea"}
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk, voice=True)
    earnest(clips.withdraw, viewer=cast.lea, clip_id=clip.pk)
    assert files() == []
    assert who_hears(cast, clip) == set()
    assert files() == []
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk)
    assert who_hears(cast, clip) == {"lea"}
    answers = AuditEntry.objects.filter(action="clip.consent").order_by("id")
    assert [row.detail["voice"] for row in answers] == [False, True, False, True, False]


def test_a_voice_is_never_open_without_its_words(cast, clip):
    del cast
    for change in ({"voice_consented_at": NOW}, {"voice_consented_at": NOW, "consented_at": NOW, "withdrawn_at": NOW}):
        with pytest.raises(IntegrityError, match="clip_voice_with_its_words"), transaction.atomic():
            Clip.objects.filter(pk=clip.pk).update(**change)


def test_the_name_that_is_hidden_is_not_heard(cast, clip):
    """All of the clip is, but for the seconds of the name, in both channels."""
    heard, shown = read(lying(plays(cast.lea, clip)), start=0, end=99), queries.clip(cast.lea, clip.pk)
    assert "Berg" not in str(shown.turns)
    cut = shown.sound.sound
    assert (cut.start, cut.end) == (0.0, 12.6)
    assert heard.shape[1] == pytest.approx(12.6 * RATE, abs=1)
    assert [tuple(span) for span in cut.muted] == [(1.5 - EARLY, 1.9 + LATE), (10 - EARLY, 10.4 + LATE)]
    for start, end in cut.muted:
        assert np.abs(heard[:, round(start * RATE) : round(end * RATE)]).max() < 0.01
    for second in (0.5, 3, 6, 9, 12):
        assert np.abs(heard[:, round(second * RATE) : round((second + 0.5) * RATE)]).max() > 0.1


def test_what_the_whole_call_mutes_is_muted_in_the_clip(cast, clip, tmp_path):
    """A clip is cut from what browsers play of the call; a copy with more muted in it is another clip."""
    before = plays(cast.lea, clip)
    row = Audio.objects.get()
    browser_copy(saved(tmp_path / "call.wav", speechlike(SECONDS, channels=2)), tmp_path / "b.m4a", muted=[(5, 8)])
    row.copied = audio.copy_name(row, [(5, 8)])
    row.save()
    lying(audio.copy_of(row)).write_bytes((tmp_path / "b.m4a").read_bytes())
    after = plays(cast.lea, clip)
    assert after != before
    assert np.abs(read(lying(after), start=5.1, end=7.9)).max() < 0.01
    assert np.abs(read(lying(after), start=3, end=4)).max() > 0.1
    assert services.tidy(now=NOW) == 1
    assert files() == [after.name]


def test_words_of_another_recording_say_nothing_about_this_one(cast, clip, copy):
    """One in the place of the one that was transcribed, one without times, one whose copy is not there."""
    path = plays(cast.lea, clip)
    lying(audio.copy_of(Audio.objects.get())).unlink()
    assert plays(cast.lea, clip) is None
    Audio.objects.all().delete()
    assert plays(cast.lea, clip) is None
    recording(copy, sha256="d" * 64)
    assert plays(cast.lea, clip) is None
    assert not queries.clip(cast.lea, clip.pk).has_voice
    assert lying(path).is_file()
    services.tidy(now=NOW)
    assert files() == []


def test_taken_back_while_it_is_cut(cast, clip, earnest):
    """The file that is finished after the others were deleted goes too."""

    def slow(path, to, **how):
        cut_clip(path, to, **how)
        earnest(clips.withdraw, viewer=cast.lea, clip_id=clip.pk)
        cut_clip(path, to, **how)

    assert services.heard(viewer=cast.lea, clip_id=clip.pk, cut=slow, now=NOW) is None
    assert files() == []


def test_a_recording_that_cannot_be_read_is_no_sound(cast, clip):
    lying(audio.copy_of(Audio.objects.get())).write_bytes(b"no sound")
    assert plays(cast.lea, clip) is None
    assert files() == []


def test_what_was_left_lying_is_tidied_away(cast, clip):
    """Files of clips that are gone or taken back, and half ones of what was ended; not those that are being written."""
    kept = plays(cast.lea, clip)
    for name in (".1-a.m4a.x.part", ".1-b.m4a.y.part", "999-abc.m4a", "odd"):
        (lying("clips") / name).write_bytes(b"x")
    old, new = (NOW.timestamp() - age for age in (7200, 60))
    os.utime(lying("clips") / ".1-a.m4a.x.part", (old, old))
    os.utime(lying("clips") / ".1-b.m4a.y.part", (new, new))
    assert services.tidy(now=NOW) == 3
    assert files() == [".1-b.m4a.y.part", kept.name]
    Clip.objects.update(withdrawn_at=NOW)
    assert services.tidy(now=NOW) == 1
    assert services.tidy(now=NOW + timedelta(hours=2)) == 1


def test_hearing_is_seeing(cast, clip, earnest):
    """It is in the audit log, and whoever hears it without having read it is counted once; never the agent."""
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk, voice=True)
    for viewer in (cast.ada, cast.ada, cast.lea, cast.operator):
        assert plays(viewer, clip)
    assert [(row.user, row.count) for row in ClipView.objects.all()] == [(cast.ada.user, 1)]
    looks = AuditEntry.objects.filter(action="conversation.look", subject="conversation:c-1")
    assert {row.actor for row in looks} == {cast.ada.user, cast.lea.user, None}


def test_whoever_answers_the_call_blind_hears_nothing(cast, clip, earnest):
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk, voice=True)
    assert plays(cast.ada, clip)
    version = Verdict.objects.get(behaviour__key="greets").behaviour.template
    Assignment.objects.create(
        conversation=clip.conversation, template=version, reviewer=cast.ada.user, asked=[clip.behaviour_id],
        kind="adjudication", assigned_at=NOW, due_on=NOW.date(),
    )  # fmt: skip
    assert plays(cast.ada, clip) is None
    assert plays(cast.qa_lead, clip)


def test_who_is_asked_again(cast, clip, earnest):
    """Whoever agreed to the words before there was a voice; not whoever was asked about both and chose the words."""
    assert [(one.id, one.asks_voice) for one in queries.waiting(cast.lea)] == [(clip.pk, False)]
    earnest(clips.consent, viewer=cast.lea, clip_id=clip.pk)
    assert queries.waiting(cast.lea) == []
    Audio.objects.update(done_at=NOW + timedelta(hours=1))
    assert [(one.id, one.asks_voice) for one in queries.waiting(cast.lea)] == [(clip.pk, True)]
    later = {"viewer": cast.lea, "clip_id": clip.pk, "now": NOW + timedelta(hours=2)}
    clips.consent(**later)
    assert queries.waiting(cast.lea) == []
    Audio.objects.update(done_at=NOW + timedelta(hours=3))
    clips.consent(**later, voice=True)
    assert queries.waiting(cast.lea) == []
    clips.withdraw(**later)
    assert queries.waiting(cast.lea) == []


def test_of_turns_that_are_not_shown_only_those_that_hide_something_keep_their_words(cast, clip):
    """The times of the others are not read: what they say decides nothing."""
    del cast
    Clip.objects.filter(pk=clip.pk).update(first_turn=1, last_turn=1, proof_turn=1)
    clip.refresh_from_db()
    for document in (json.dumps({"id": "c", "customer_name": "Ms Berg", "turns": list(turns())}), stored()):
        line = clip_sound.line_of(clip, document)
        assert [bool(turn.words) for turn in line.turns] == [True, True, True, False]


def stored():
    return Revision.objects.get(conversation__key="c-1").document
