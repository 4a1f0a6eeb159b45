"""A QA lead proposes, the leader answers; and a leader chooses otherwise than suggested."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from builders import NOW, agreement, call, calls, label, publish, score, take
from coachloop.app.errors import AlreadyOpenError, NoExampleError, NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, Behaviour, Focus, Proposal, Session, Team, Verdict
from coachloop.app.queries import proposals as queries
from coachloop.app.queries.choosing import choosing
from coachloop.app.queries.proposals import Became
from coachloop.app.queries.session_page import session
from coachloop.app.services import coaching, proposals
from coachloop.app.services.choice import Otherwise
from coachloop.app.services.coaching import Notes
from coachloop.app.services.proposals import Idea
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep

TODAY = NOW.date()
WHY = "She names the price first in every one of these."


@pytest.fixture
def centre(cast):
    """Lea greets in 2 of 20 calls, which is suggested; the price came up in four and its worth was not said in any."""
    publish()
    take(*calls("lea", 2, 16), *(call(f"p-{n}", greets=False, price=False) for n in range(4)))
    take(*calls("tom", 20, 20), *calls("sam", 0, 20, team="south"))
    score()
    return cast


def missed(agent="lea", behaviour="value_first", place=0):
    """A verdict of theirs that says so: the newest, or one counted from there."""
    rows = Verdict.objects.filter(behaviour__key=behaviour, outcome="not_met")
    return [*rows.filter(attempt__evaluation__conversation__agent__key=agent).order_by("-pk")][place].pk


def propose(viewer, *, agent="lea", behaviour="value_first", why=WHY, example=None):
    idea = Idea("manners", behaviour, example or missed(behaviour=behaviour), why)
    return proposals.propose(viewer=viewer, agent_key=agent, idea=idea, now=NOW)


def otherwise(viewer, behaviour="value_first", *, because="She asked for it", example=None, agent="lea"):
    wish = Otherwise("manners", behaviour, example or missed(behaviour=behaviour), because)
    return coaching.accept_focus(viewer=viewer, agent_key=agent, now=NOW, as_of=TODAY, otherwise=wish)


def became(viewer):
    return [row.became for row in queries.proposals(viewer).rows]


def test_what_is_taken_is_the_one_focus_with_that_example_and_the_reason_is_kept(centre):
    made = propose(centre.qa_lead)
    waiting = queries.to_answer(centre.ada)
    assert [(row.agent_name, row.title, row.why, row.by) for row in waiting] == [
        ("Lea", "Value first", WHY, "Quinn Abara")
    ]
    assert waiting[0].example.said_text == "Ninety."
    focus = proposals.take(viewer=centre.ada, proposal_id=made.pk, now=NOW, as_of=TODAY)
    assert (focus.behaviour.key, focus.example_id) == ("value_first", made.example_id)
    assert focus.chosen_instead_of.key == "greets"
    assert focus.chosen_because == f"Quinn Abara proposed it: {WHY}"
    assert focus.reason.startswith("“Value first” was met in 0 of 4 conversations (likely between 0 and ")
    assert (focus.clock_day, focus.due_on) == (TODAY, date(2026, 5, 19))
    assert focus.sessions.get().leader_name == "Ada Lindholm"
    assert queries.to_answer(centre.ada) == ()
    assert [*AuditEntry.objects.order_by("pk").values_list("action", flat=True)][-3:] == [
        "proposal.make",
        "focus.accept",
        "proposal.take",
    ]


def test_the_qa_lead_sees_what_became_of_it_step_by_step(centre):
    made, seen = propose(centre.qa_lead), []

    def look():
        seen.extend(became(centre.qa_lead))

    look()
    focus = proposals.take(viewer=centre.ada, proposal_id=made.pk, now=NOW)
    look()
    talk = focus.sessions.get()
    coaching.plan_session(viewer=centre.ada, session_id=talk.pk, planned_for=NOW + timedelta(1), now=NOW)
    look()
    tomorrow = NOW + timedelta(1)
    whole = agreement(tomorrow.date())
    coaching.hold_session(viewer=centre.ada, session_id=talk.pk, agreement=whole, held_on=tomorrow.date(), now=tomorrow)
    look()
    later = NOW + timedelta(days=9)
    coaching.open_due_follow_ups(now=later)
    well = Answers(DidHappen.YES, DidWork.YES, NextStep.CLOSE)
    coaching.close_follow_up(viewer=centre.ada, follow_up_id=talk.follow_up.pk, answers=well, now=later)
    look()
    assert seen == [Became.WAITS, Became.TAKEN, Became.PLANNED, Became.HELD, Became.CLOSED]


def test_a_leader_declines_in_words(centre):
    made = propose(centre.qa_lead)
    with pytest.raises(WrongStateError, match="say why not, so that Quinn Abara"):
        proposals.decline(viewer=centre.ada, proposal_id=made.pk, because="…\u200b", now=NOW)
    proposals.decline(viewer=centre.ada, proposal_id=made.pk, because="Not before her exam.", now=NOW)
    row = queries.proposals(centre.qa_lead).rows[0]
    assert (row.became, row.declined_because, row.answered_by) == (
        Became.DECLINED,
        "Not before her exam.",
        "Ada Lindholm",
    )
    for answer in (
        lambda: proposals.take(viewer=centre.ada, proposal_id=made.pk, now=NOW),
        lambda: proposals.decline(viewer=centre.ada, proposal_id=made.pk, because="Twice", now=NOW),
    ):
        with pytest.raises(WrongStateError, match="had its answer already"):
            answer()
    assert not Focus.objects.exists()
    assert propose(centre.qa_lead).pk != made.pk


def test_an_agent_with_an_open_focus_is_not_given_a_second_and_the_proposal_waits(centre):
    made = propose(centre.qa_lead)
    coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW)
    with pytest.raises(AlreadyOpenError, match="one behaviour at a time"):
        proposals.take(viewer=centre.ada, proposal_id=made.pk, now=NOW)
    assert queries.to_answer(centre.ada)[0].working_on == "Greets"


def test_accepting_the_suggestion_takes_what_proposes_the_same(centre):
    propose(centre.qa_lead, behaviour="greets")
    coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW)
    assert became(centre.qa_lead) == [Became.TAKEN]


def test_only_qa_leads_propose_and_only_the_agents_leader_answers(centre):
    for viewer in (centre.ada, centre.ben, centre.lea, centre.operations, centre.evaluator, centre.nobody):
        with pytest.raises(NotYoursError, match="a QA lead proposes"):
            propose(viewer)
    made = propose(centre.qa_lead)
    for act in (
        lambda who: proposals.take(viewer=who, proposal_id=made.pk, now=NOW),
        lambda who: proposals.decline(viewer=who, proposal_id=made.pk, because="No", now=NOW),
    ):
        for viewer in (centre.qa_lead, centre.lea):
            with pytest.raises(NotYoursError):
                act(viewer)
        for viewer in (centre.ben, centre.operations, centre.nobody):
            with pytest.raises(Proposal.DoesNotExist):
                act(viewer)
    assert queries.to_answer(centre.qa_lead) == queries.to_answer(centre.ben) == ()
    assert list(queries.proposals(centre.ada).rows) == []


def test_what_a_qa_lead_proposed_stays_the_leaders_to_plan_hold_and_note(centre):
    focus = proposals.take(viewer=centre.ada, proposal_id=propose(centre.qa_lead).pk, now=NOW)
    talk, whole = focus.sessions.get(), agreement(TODAY)
    for act in (
        lambda who: coaching.plan_session(viewer=who, session_id=talk.pk, planned_for=NOW + timedelta(1), now=NOW),
        lambda who: coaching.hold_session(viewer=who, session_id=talk.pk, agreement=whole, held_on=TODAY, now=NOW),
        lambda who: coaching.cancel_session(viewer=who, session_id=talk.pk, now=NOW),
        lambda who: otherwise(who, agent="tom"),
    ):
        with pytest.raises(NotYoursError):
            act(centre.qa_lead)
    notes = Notes(shared="Between us", private="PRIVATE")
    coaching.hold_session(viewer=centre.ada, session_id=talk.pk, agreement=whole, held_on=TODAY, now=NOW, notes=notes)
    seen = session(centre.qa_lead, talk.pk, today=TODAY)
    assert (seen.private_notes, seen.shared_notes, seen.agreed, seen.may_act) == ("", "", None, False)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"why": " "}, (WrongStateError, "say in a sentence why")),
        ({"behaviour": "warmth", "example": 1}, (NoExampleError, "does not show that Lea missed “Warmth”")),
        ({"agent": "tom"}, (NoExampleError, "does not show that Tom missed")),
        ({"behaviour": "charm", "example": 1}, (UnknownNameError, "no behaviour 'charm'")),
    ],
)
def test_what_cannot_be_proposed(centre, change, refused):
    with pytest.raises(refused[0], match=refused[1]):
        propose(centre.qa_lead, **change)
    assert not Proposal.objects.exists()


def test_the_same_is_proposed_once_at_a_time_and_never_to_nobody(centre):
    propose(centre.qa_lead)
    with pytest.raises(AlreadyOpenError, match="is proposed for Lea already, and waits"):
        propose(centre.qa_lead)
    Team.objects.update(leader=None)
    with pytest.raises(WrongStateError, match="nobody leads Lea"):
        propose(centre.qa_lead, behaviour="greets")
    Behaviour.objects.filter(key="greets").update(retired=True)
    Team.objects.filter(key="north").update(leader=centre.ada.user)
    with pytest.raises(UnknownNameError, match="is scored no more"):
        propose(centre.qa_lead, behaviour="greets")


def test_an_example_is_one_that_the_leader_may_read_and_that_still_counts(centre):
    """A call of another team's time is none; nor is one that a person has answered otherwise since."""
    made = propose(centre.qa_lead)
    call_id = made.example.attempt.evaluation.conversation.key
    label({"conversation_id": call_id, "template": "manners", "behaviour": "value_first", "verdict": "met"})
    with pytest.raises(NoExampleError, match="choose another"):
        proposals.take(viewer=centre.ada, proposal_id=made.pk, now=NOW)
    Agent.objects.filter(key="lea").update(team=Team.objects.get(key="south"))
    with pytest.raises(NoExampleError):
        propose(centre.qa_lead, behaviour="greets")


def test_a_leader_chooses_otherwise_and_says_why(centre):
    """A blank that looks full is no reason."""
    for nothing in ("", "  ", "\u200b", "…"):
        with pytest.raises(WrongStateError, match="say why you choose this"):
            otherwise(centre.ada, because=nothing)
    focus = otherwise(centre.ada)
    assert (focus.behaviour.key, focus.chosen_instead_of.key, focus.chosen_because) == (
        "value_first",
        "greets",
        "She asked for it",
    )
    shown = session(centre.ada, focus.sessions.get().pk, today=TODAY)
    assert (shown.chosen_instead_of, shown.chosen_because) == ("Greets", "She asked for it")
    assert session(centre.lea, focus.sessions.get().pk, today=TODAY).chosen_because == ""


def test_without_a_certain_gap_a_choice_stands_instead_of_nothing(centre):
    """Tom has no certain gap; one call of his misses the greeting."""
    take(call("tom-x", agent="tom", greets=False))
    score()
    focus = otherwise(centre.ada, "greets", agent="tom", example=missed("tom", "greets"))
    assert (focus.chosen_instead_of, focus.chosen_because) == (None, "She asked for it")


def test_another_example_of_what_is_suggested_keeps_the_earlier_clock(centre):
    take(call("fresh", greets=False, at=NOW + timedelta(days=1)), now=NOW + timedelta(days=2))
    score(now=NOW + timedelta(days=2))
    focus = otherwise(centre.ada, "greets", example=missed(behaviour="greets", place=-1))
    assert focus.chosen_instead_of is None
    assert focus.clock_day == TODAY
    assert "of the gaps that are certain" in focus.reason


@pytest.mark.parametrize(
    ("change", "error"),
    [({"because": " "}, WrongStateError), ({"example": 1}, NoExampleError), ({"agent": "tom"}, NoExampleError)],
)
def test_a_choice_needs_its_reason_and_its_example(centre, change, error):
    with pytest.raises(error):
        otherwise(centre.ada, **change)
    assert not Session.objects.exists()


def test_a_choice_opens_no_second_focus(centre):
    otherwise(centre.ada)
    with pytest.raises(AlreadyOpenError):
        otherwise(centre.ada, "greets")


def test_what_there_is_to_choose_from(centre):
    seen = choosing(centre.ada, "lea", behaviour="manners/value_first", verdict=missed(), today=TODAY)
    assert [row.title for row in seen.rows] == ["Greets", "Value first"]
    assert (seen.chosen.title, seen.suggested.title, seen.working_on) == ("Value first", "Greets", "")
    assert seen.examples[0].verdict_id == missed()
    assert len(seen.examples) == len(set(seen.quoted)) == 4
    assert choosing(centre.ada, "lea", behaviour="manners/none", today=TODAY).examples == ()
    assert choosing(centre.ada, "sam", today=TODAY) is None
    assert choosing(centre.lea, "lea", today=TODAY) is None


def test_the_database_keeps_a_proposals_two_answers_apart(centre):
    made = propose(centre.qa_lead)
    for change in ({"declined_because": "No"}, {"answered_at": NOW}, {"why": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=made.pk).update(**change)
    otherwise(centre.ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Focus.objects.update(chosen_because="")
