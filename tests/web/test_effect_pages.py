"""What coaching moved, on the pages of those whom it concerns."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Agent, Behaviour, Figures, ImpactEstimate, ImpactRun, Session, SessionEffect, Valuation
from coachloop.app.queries.effect import Overall
from coachloop.app.queries.programme import KIND, Funnel, Moved, Programme
from coachloop.app.queries.roll_out_effect import RollOutEffect
from coachloop.app.queries.workshops import Needs, Person, Workshop
from coachloop.core.insight.workshops import time
from coachloop.core.stats.worth import Range
from coachloop.web.pages import effect
from coachloop.web.templatetags.effects import likely_points, money
from web.cast import Cast, coached
from web.signed_in import seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast) -> Session:
    """Figures of a day: open questions moved by 15 points, one session of the leader's own with Tom."""
    session = Session.objects.get(pk=coached(cast)["held"])
    Session.objects.filter(pk=session.pk).update(leader=cast.leader)
    SessionEffect.objects.create(
        session=session, before=0.4, after=0.6, effect=0.15, low=0.02, high=0.28, n_before=40, n_after=30, controls=9,
        verdict="worked",
    )  # fmt: skip
    whole = Overall(0.15, 0.05, 0.25, 12, 11, 0.0)
    programme = Programme(
        day=timezone.localdate(),
        overall=whole,
        behaviours=(Moved("discovery", "open_questions", "Open questions", whole, 900, 2.0),),
        funnel=Funnel(1000, 12, 11, 7, 10, 4),
        minutes=360,
        sessions=12,
        gatherings=1,
        roll_outs=(RollOutEffect("discovery", "Discovery", 0, 28),),
        leaders={cast.leader.pk: whole, cast.other_leader.pk: whole._replace(effect=0.99)},
    )
    Figures.objects.create(kind=KIND, day=programme.day, data=programme.as_json(), worked_out_at=timezone.now())
    return session


def valued() -> None:
    """An impact of open questions on `booked`, and what one more is worth."""
    behaviour, now = Behaviour.objects.get(template__key="discovery", key="open_questions"), timezone.now()
    run = ImpactRun.objects.create(
        template=behaviour.template, outcome="booked", first_day=now.date(), last_day=now.date(), conversations=1,
        agents=1, chance=0.2, computed_at=now,
    )  # fmt: skip
    ImpactEstimate.objects.create(
        run=run,
        behaviour=behaviour,
        n=9,
        agents=9,
        unscored=0,
        effect=0.1,
        low=0.08,
        high=0.12,
        survives=True,
        shrunken=0.1,
    )
    Valuation.objects.create(outcome="booked", value=200, hour=40, set_at=now)


def test_everybody_reads_the_programme_with_its_interval(cast: Cast, known: Session) -> None:
    for who in (cast.operations, cast.qa_lead, cast.leader, cast.other_leader):
        page = seen(who, "/effect")
        assert "likely between +5 and +25 points" in page
        assert "Cannot be separated from other changes" in page
        assert "+99" not in page or who is cast.other_leader
    assert known.agent.name not in seen(cast.operations, "/effect")
    assert "<svg" in seen(cast.operations, "/effect/chart.svg?theme=dark&size=narrow")


def test_a_leader_reads_their_own_sessions(cast: Cast, known: Session) -> None:
    page = seen(cast.leader, "/effect")
    assert "Your own sessions" in page
    assert known.agent.name in page
    assert "+15 points, likely between +2 and +28" in page


def test_the_follow_up_says_it_to_the_two_in_it(cast: Cast, known: Session) -> None:
    path = f"/follow-ups/{known.follow_up.pk}"
    assert "It worked" in seen(cast.leader, path)
    assert "agents like you" in seen(cast.other_agent, path)
    assert "It worked" not in seen(cast.qa_lead, path)


@pytest.mark.usefixtures("known")
def test_worth_stands_with_its_interval_and_what_is_assumed(cast: Cast) -> None:
    assert "Nothing to value yet" in seen(cast.operations, "/worth")
    valued()
    page = seen(cast.operations, "/worth?outcome=booked&behaviour=discovery/open_questions&agents=20")
    assert "likely between" in page
    assert "20 agents on Open questions" in page
    assert "What is assumed" in page
    assert "Set it" not in seen(cast.qa_lead, "/worth")
    refused = seen(cast.operations, "/worth?outcome=booked&behaviour=nothing&agents=0")
    assert "agents on" not in refused


@pytest.mark.usefixtures("known")
def test_operations_set_what_one_more_is_worth(cast: Cast) -> None:
    valued()
    client = Client()
    client.force_login(cast.operations)
    done = client.post("/worth/value", {"outcome": "booked", "value": "300", "hour": "50"})
    assert done.status_code == 302
    assert Valuation.objects.get().value == 300
    wrong = client.post("/worth/value", {"outcome": "booked", "value": "-1", "hour": "50"})
    assert wrong.status_code == 422
    nameless = client.post("/worth/value", {"outcome": "", "value": "1", "hour": "50"})
    assert nameless.status_code == 422


def test_workshops_name_agents_to_leaders_alone(cast: Cast) -> None:
    names = list(Agent.objects.values_list("name", flat=True))
    assert not [name for name in names if name in seen(cast.operations, "/workshops")]
    assert "Who needs which workshop?" in seen(cast.leader, "/workshops")


def test_many_who_need_a_workshop_are_counted_by_team(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Workshop(
        "t", "b", "Asks why", 0.8, 3, 9, time(3, 9, minutes=60), (Person("lea", "Lea", "North"),) * 3, (("North", 3),)
    )
    shown = Needs((need,), agents=9, alone=6, first=date(2026, 5, 4), last=date(2026, 5, 31))
    monkeypatch.setattr(effect.needs, "workshops", lambda *_, **__: shown)
    assert "/agents/lea" in seen(cast.qa_lead, "/workshops")
    monkeypatch.setattr(effect, "MOST_NAMES", 2)
    page = seen(cast.qa_lead, "/workshops")
    assert "/agents/lea" not in page
    assert "North: 3" in page
    assert "/heatmap?template=t" in page


def test_planning_begins_with_what_was_asked_for(cast: Cast) -> None:
    page = seen(cast.leader, "/gatherings/new?kind=workshop&behaviour=discovery/open_questions&agent=lea")
    assert page.count("checked") == 2, "the kind and the agent"


def test_before_the_first_day_it_says_the_next_step(cast: Cast) -> None:
    assert "Not worked out yet" in seen(cast.leader, "/effect")
    assert "Nothing to value yet" in seen(cast.operations, "/worth")


def test_figures_in_words() -> None:
    assert likely_points(Overall(-0.034, -0.1, 0.002, 3, 3)) == "\u22123 points, likely between \u221210 and 0"
    assert likely_points(Overall(None, None, None, 0, 0)) == "not known yet"
    assert money(Range(1234.4, -5.25, 3000)) == "1,234, likely between \u22125.2 and 3,000"
