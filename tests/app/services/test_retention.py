"""What is kept no longer goes, with its files; what somebody needs stays; and no figure moves."""

import os
from datetime import timedelta

import pytest
from django.db import transaction

from builders import NOW, call, calls, publish, score, take
from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import (
    AgentDay,
    Audio,
    AuditEntry,
    Conversation,
    DirtyDay,
    Focus,
    JudgeReply,
    Original,
    Programme,
    Retention,
    Revision,
    Spoken,
    Verdict,
)
from coachloop.app.queries import retention as queries
from coachloop.app.queries.audit_chain import verify
from coachloop.app.services import audit, forgetting, retention, rollups, sealing
from coachloop.core.model.retention import KINDS, Kind

OLD = NOW - timedelta(days=100)


@pytest.fixture
def media(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path / "media"


@pytest.fixture
def scored(cast, media):  # noqa: ARG001 -- files of its own
    """Lea's twelve calls: ten of them a hundred days old."""
    publish()
    take(*calls("lea", 6, 10, at=OLD), *[call(f"new-{n}", greets=True) for n in range(2)])
    score()
    return cast


def keep(cast, kind, days, **more):
    retention.keep(viewer=cast.operator, kind=kind, days=days, now=NOW, **more)


def cells():
    names = [field.attname for field in AgentDay._meta.concrete_fields if field.name != "id"]
    return sorted(map(str, AgentDay.objects.values_list(*names)))


def lies(media, *names, old=True):
    for name in names:
        path = media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
        if old:
            at = (NOW - timedelta(days=9)).timestamp()
            os.utime(path, (at, at))


def recorded(key, sha="ab" * 32, **more):
    told = {
        "suffix": ".wav",
        "name": "call.wav",
        "codec": "pcm",
        "seconds": 9,
        "channels": 1,
        "sample_rate": 8000,
        "size": 5,
    }
    row = {"conversation": Conversation.objects.get(key=key), "sha256": sha, "state": "done", "copied": f"{sha}-1.m4a"}
    return Audio.objects.create(**(told | row | more))


@pytest.mark.usefixtures("scored")
def test_nothing_goes_that_nobody_said():
    assert not retention.run(now=NOW)
    assert Conversation.objects.count() == 12


def test_old_conversations_go_and_every_figure_stays(scored):
    before = cells()
    keep(scored, Kind.CONVERSATIONS, 60)
    assert queries.due(Kind.CONVERSATIONS, 60, now=NOW).due == 10
    assert retention.run(now=NOW) == {Kind.CONVERSATIONS: 10}
    assert Conversation.objects.count() == Revision.objects.count() == Spoken.objects.count() == 2
    assert not Verdict.objects.filter(attempt__evaluation__conversation__day__lt=OLD).exists()
    assert cells() == before
    assert not retention.run(now=NOW)


def test_figures_stay_when_the_day_is_counted_anew(scored):
    before = cells()
    keep(scored, Kind.CONVERSATIONS, 60)
    retention.run(now=NOW)
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    assert cells() == before
    take(call("late", at=OLD, greets=True))
    score()
    assert DirtyDay.objects.count() == 0
    changed = [row for row in cells() if row not in before]
    assert len(changed) == 3  # a cell a behaviour
    assert sum(AgentDay.objects.values_list("met", flat=True)) == 9


@pytest.mark.usefixtures("scored")
def test_half_of_a_day_goes_and_the_other_half_is_still_counted():
    before = cells()
    day = Conversation.objects.filter(day__lt=NOW.date() - timedelta(days=60)).order_by("pk")
    with transaction.atomic():
        forgetting.forget([row.pk for row in day[:3]])
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    assert cells() == before


def test_what_somebody_needs_stays_and_is_counted(scored):
    verdict = Verdict.objects.filter(attempt__evaluation__conversation__key="lea-3").first()
    focus = Focus.objects.create(
        agent=Conversation.objects.get(key="lea-3").agent,
        behaviour=verdict.behaviour,
        reason="x",
        example=verdict,
        opened_at=NOW,
    )
    keep(scored, Kind.CONVERSATIONS, 60)
    found = queries.due(Kind.CONVERSATIONS, 60, now=NOW)
    assert (found.due, found.needed) == (9, 1)
    retention.run(now=NOW)
    assert Conversation.objects.filter(key="lea-3").exists()
    Focus.objects.filter(pk=focus.pk).update(closed_at=NOW)
    assert retention.run(now=NOW) == {Kind.CONVERSATIONS: 1}
    focus.refresh_from_db()
    assert focus.example is None


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_row_unless_another_call_has_the_same(scored, media):
    recorded("lea-0")
    recorded("new-0")
    recorded("lea-1", sha="cd" * 32)
    names = [f"audio/ab/{'ab' * 32}.wav", f"browser/ab/{'ab' * 32}-1.m4a"]
    other = [f"audio/cd/{'cd' * 32}.wav", f"browser/cd/{'cd' * 32}-1.m4a", f"browser/cd/{'cd' * 32}-1.peaks"]
    lies(media, *names, *other)
    keep(scored, Kind.RECORDINGS, 60)
    assert retention.run(now=NOW) == {Kind.RECORDINGS: 2}
    assert all((media / name).is_file() for name in names)
    assert not any((media / name).exists() for name in other)
    assert Conversation.objects.count() == 12


def test_a_recording_that_waits_for_its_words_is_kept(scored):
    recorded("lea-0", state="waiting")
    keep(scored, Kind.RECORDINGS, 60)
    assert queries.due(Kind.RECORDINGS, 60, now=NOW).needed == 1
    assert not retention.run(now=NOW)


@pytest.mark.usefixtures("scored")
def test_files_that_no_row_names_are_swept(media):
    recorded("lea-0")
    mine, lost, half = f"audio/ab/{'ab' * 32}.wav", f"audio/ab/{'ee' * 32}.wav", "clips/.9-1.m4a.part"
    fresh = f"audio/ab/{'ff' * 32}.wav"
    lies(media, mine, lost, half)
    lies(media, fresh, old=False)
    at = NOW.replace(hour=int("ab", 16) % 24)
    assert retention.sweep_files(now=at) == 2
    assert (media / mine).is_file()
    assert (media / fresh).is_file()
    assert not (media / lost).exists()
    assert not (media / half).exists()


@pytest.mark.usefixtures("scored")
def test_a_file_that_is_taken_in_while_it_is_swept_stays(media, monkeypatch):
    """Whoever takes it in renews it; only then their row is seen."""
    lost = f"audio/ab/{'ee' * 32}.wav"
    lies(media, lost)
    looks, look = [], retention._lost

    def meanwhile(*asked):
        found = look(*asked)
        looks.append(len(found))
        if found:
            os.utime(media / lost)
        return found

    monkeypatch.setattr(retention, "_lost", meanwhile)
    assert retention.sweep_files(now=NOW.replace(hour=int("ab", 16) % 24)) == 0
    assert (media / lost).is_file()
    assert sorted(looks)[-2:] == [0, 1]


def test_words_as_they_were_said_go_and_the_masked_stay(scored):
    said = Revision.objects.get(conversation__key="lea-0")
    Original.objects.create(revision=said, document=said.document)
    new = Revision.objects.get(conversation__key="new-0")
    Original.objects.create(revision=new, document=new.document)
    keep(scored, Kind.ORIGINALS, 10)
    assert retention.run(now=NOW) == {Kind.ORIGINALS: 1}
    assert list(Original.objects.values_list("revision", flat=True)) == [new.pk]


def test_replies_of_the_judge_go(scored):
    asked = {"model": "m", "body": "{}", "tokens_in": 1, "tokens_out": 1, "cost": 0}
    JudgeReply.objects.create(digest="1", asked_at=NOW - timedelta(days=9), **asked)
    JudgeReply.objects.create(digest="2", asked_at=NOW, **asked)
    keep(scored, Kind.JUDGE_REPLIES, 8)
    assert retention.run(now=NOW) == {Kind.JUDGE_REPLIES: 1}


def test_the_log_lets_go_and_says_so(scored):
    audit.record(scored.ada, "session.hold", "session:1", now=NOW - timedelta(days=500))
    sealing.seal_waiting()
    keep(scored, Kind.AUDIT, 400)
    assert retention.run(now=NOW) == {Kind.AUDIT: 1}
    sealing.seal_waiting()
    found = verify()
    assert (found.holds, found.let_go) == (True, 1)
    assert not retention.run(now=NOW)


def test_once_a_day_and_broken_off_it_goes_on(scored, monkeypatch):
    keep(scored, Kind.CONVERSATIONS, 60)
    stop = iter([False, True, True, True])
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "AT_ONCE", 4)
        assert retention.run_once_a_day(now=NOW, enough=lambda: next(stop, True)) == {Kind.CONVERSATIONS: 4}
    assert retention.run_once_a_day(now=NOW) == {Kind.CONVERSATIONS: 6}
    take(call("older", at=OLD))
    assert not retention.run_once_a_day(now=NOW)
    assert retention.run_once_a_day(now=NOW + timedelta(days=1)) == {Kind.CONVERSATIONS: 1}


def test_it_is_set_by_an_admin_within_what_is_allowed_and_noted(scored):
    for person in (scored.ada, scored.qa_lead, scored.operations):
        with pytest.raises(NotYoursError):
            retention.keep(viewer=person, kind=Kind.CLIPS, days=90, now=NOW)
    with pytest.raises(RefusedError, match="from 30 to"):
        keep(scored, Kind.CONVERSATIONS, 29)
    with pytest.raises(RefusedError, match="alike everywhere"):
        retention.keep(viewer=scored.operator, kind=Kind.AUDIT, days=900, programme=1, now=NOW)
    retention.keep(viewer=scored.admin, kind=Kind.CLIPS, days=90, now=NOW)
    assert queries.days_of(Kind.CLIPS) == 90
    retention.keep(viewer=scored.admin, kind=Kind.CLIPS, days=None, now=NOW)
    assert queries.days_of(Kind.CLIPS) is None
    assert AuditEntry.objects.filter(action="retention.set").count() == 2
    assert not Retention.objects.exists()


def test_where_calls_may_be_challenged_for_long_they_are_kept_as_long(scored):
    scored.site.dispute_days = 90
    scored.site.save()
    assert queries.least(Kind.CONVERSATIONS) == 133


def test_a_programme_keeps_for_itself(scored):
    one = Programme.objects.create(key="one", name="One", created_at=NOW)
    Conversation.objects.filter(key__in=["lea-0", "lea-1"]).update(programme=one)
    keep(scored, Kind.CONVERSATIONS, 3000)
    keep(scored, Kind.CONVERSATIONS, 60, programme=one.pk)
    assert queries.due(Kind.CONVERSATIONS, 60, now=NOW, programme=one.pk).due == 2
    assert retention.run(now=NOW) == {Kind.CONVERSATIONS: 2}
    keep(scored, Kind.CONVERSATIONS, 60)
    keep(scored, Kind.CONVERSATIONS, 3000, programme=one.pk)
    assert retention.run(now=NOW) == {Kind.CONVERSATIONS: 8}


def test_every_kind_has_its_line(scored):
    shown = queries.lines(scored.admin, now=NOW)
    assert [one.kind for one in shown] == list(KINDS)
    assert queries.lines(scored.ada, now=NOW) == []
    assert {one.kind: one.days for one in shown}[Kind.MESSAGES] == 7
