import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from builders import MANNERS, NOW, agreement, calls, publish, score, take
from coachloop.app.models import Event, Programme, Retention
from coachloop.app.queries import events as queries
from coachloop.app.services import coaching, events, gatherings
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.model.event import EventKind


def feed(cast, **more):
    events.number_new()
    return queries.feed(cast.qa_lead, **more)


def put(count=1, *, programme=None, now=NOW, kind=EventKind.ALERT_RAISED):
    events.put_all(kind, ((f"drift:{n}", programme, {"n": n}) for n in range(count)), now=now)


def test_a_scored_call_is_told_by_counts_and_critical_keys_alone(cast):
    publish(MANNERS.replace("  - key: greets\n", "  - key: greets\n    critical: true\n"))
    take(*calls("lea", 1, 2))
    score()
    first, second = feed(cast).events
    assert [first.subject, first.kind, first.number] == ["conversation:lea-0", "verdicts.landed", 1]
    assert first.data["counts"] == {"met": 1, "not_applicable": 1, "unscored": 1}
    assert (first.data["template"], first.data["version"], first.data["attempt"]) == ("manners", 1, 1)
    assert second.data["critical_not_met"] == ["greets"]
    assert "Good morning" not in json.dumps([first.data, second.data])


def test_an_archive_that_is_scored_is_no_news(cast):
    publish()
    take(*calls("lea", 2, 2))
    score(now=NOW + timedelta(days=60))
    assert not feed(cast).events


def test_a_session_and_its_follow_up_are_told_with_keys_and_codes(cast):
    publish()
    take(*calls("lea", 2, 20))
    score()
    session = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW).sessions.get()
    made = coaching.hold_session(
        viewer=cast.ada, session_id=session.pk, agreement=agreement(NOW.date()), held_on=NOW.date(), now=NOW
    )
    later = NOW + timedelta(days=8)
    answers = Answers(DidHappen.YES, DidWork.YES, NextStep.CLOSE, note="private words")
    coaching.close_follow_up(viewer=cast.ada, follow_up_id=made.pk, answers=answers, now=later)
    held, done = feed(cast, kinds=[EventKind.SESSION_HELD, EventKind.FOLLOW_UP_DONE]).events
    about = {
        "session": session.pk,
        "kind": "performance",
        "agents": ["lea"],
        "template": "manners",
        "behaviour": "greets",
    }
    assert held.data == {**about, "held_on": str(NOW.date()), "review_on": str(made.due_on)}
    assert done.data == {**about, "did_happen": "yes", "did_work": "yes", "next_step": "close"}


def test_a_huddle_that_was_held_is_told(cast):
    publish()
    wanted = Wanted(GatheringKind.HUDDLE, "manners", "greets", ("lea", "tom"))
    made = gatherings.plan_gathering(viewer=cast.ada, wanted=wanted, now=NOW)
    held = Held(NOW.date(), ("lea",), 15)
    gatherings.hold_gathering(viewer=cast.ada, gathering_id=made.pk, held=held, now=NOW)
    [event] = feed(cast).events
    assert (event.subject, event.data["agents"], event.data["kind"]) == (f"gathering:{made.pk}", ["lea"], "huddle")


def test_what_is_undone_is_not_told(cast):
    def undone():
        with transaction.atomic():
            put()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert not feed(cast).events


def test_a_reader_goes_on_where_it_stopped(cast):
    put(5)
    first = feed(cast, limit=2)
    second = feed(cast, after=first.after, limit=2)
    rest = feed(cast, after=second.after)
    assert [e.number for part in (first, second, rest) for e in part.events] == [1, 2, 3, 4, 5]
    assert [first.more, second.more, rest.more] == [True, True, False]
    assert feed(cast, after=rest.after).after == 5
    assert feed(cast, kinds=[EventKind.SESSION_HELD]).after == 5, "nothing of theirs is between"


def test_of_another_programme_nothing_is_seen(cast):
    ours, theirs = (Programme.objects.create(key=key, name=key, created_at=NOW) for key in ("ours", "theirs"))
    put(programme=theirs.pk)
    put(programme=ours.pk)
    put()
    events.number_new()
    found = queries.feed(replace(cast.qa_lead, programme_id=ours.pk)).events
    assert [event.programme for event in found] == ["ours"]


def test_old_events_go_and_numbers_never_come_again(cast):
    put(3)
    assert feed(cast).after == 3
    assert events.forget(now=NOW + timedelta(days=29)) == 0
    assert events.forget(now=NOW + timedelta(days=31)) == 3
    put(now=NOW + timedelta(days=31))
    assert [event.number for event in feed(cast, after=3).events] == [4]


def test_a_programme_keeps_its_events_for_as_long_as_it_says(cast):  # noqa: ARG001 -- the site
    ours = Programme.objects.create(key="ours", name="Ours", created_at=NOW)
    Retention.objects.create(kind="events", programme=ours, days=90, set_at=NOW)
    Retention.objects.create(kind="events", days=10, set_at=NOW)
    put(programme=ours.pk)
    put()
    assert events.forget(now=NOW + timedelta(days=11)) == 1
    assert Event.objects.get().programme == ours
    assert events.forget(now=NOW + timedelta(days=91)) == 1
