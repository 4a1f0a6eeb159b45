"""From the challenge to what follows from it: who may do what, what changes, and who is told."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from builders import NOW, agreement, call, calls, label, person, publish, score, take
from coachloop.app.errors import AlreadyOpenError, NotYoursError, RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import (
    Absence,
    Agent,
    Assignment,
    Attendance,
    AuditEntry,
    Dispute,
    Focus,
    Gathering,
    Message,
    Proposal,
    Review,
    Session,
    SiteClosure,
    StandIn,
    Team,
    Verdict,
)
from coachloop.app.queries import conversation, disputes, rates, report, training
from coachloop.app.queries.challenges import challengeable
from coachloop.app.queries.disputes import State
from coachloop.app.queries.flagged import flags
from coachloop.app.queries.templates import published
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import coaching, examples, rollups
from coachloop.app.services import disputes as services
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

WORDS = "I said “Morning!” before the recording began."
TODAY = NOW.date()


@pytest.fixture
def centre(cast):
    """Lea greets in 3 of 11 calls, which landed today, a Monday."""
    publish()
    take(*calls("lea", 2, 10), call("price", price=False, greets=True))
    score()
    return cast


def verdict(key="lea-9", behaviour="greets"):
    """The current verdict of a call."""
    rows = Verdict.objects.filter(attempt__current_for__conversation__key=key, behaviour__key=behaviour)
    return rows.get().pk


def challenge(who, key="lea-9", *, words=WORDS, now=NOW, behaviour="greets"):
    return services.raise_dispute(viewer=who, verdict_id=verdict(key, behaviour), words=words, now=now)


def give(who, row, to, *, instead_of=None, now=NOW):
    return services.assign(viewer=who, dispute_id=row.pk, to=to.user.pk, instead_of=instead_of, now=now)


def decide(who, row, stands=Outcome.MET, *, reason="The greeting is cut off, but it is there.", now=NOW):
    return services.decide(viewer=who, dispute_id=row.pk, stands=stands, reason=reason, now=now)


def decided(centre, key="lea-9", stands=Outcome.MET, *, behaviour="greets"):
    """Challenged, given to Eve, and decided."""
    row = challenge(centre.lea, key, behaviour=behaviour)
    give(centre.qa_lead, row, centre.evaluator)
    done = decide(centre.evaluator, row, stands)
    rollups.refresh_rollups()
    return done


def may_decide(row):
    known = Dispute.objects.select_related("agent__team", "conversation__team")
    return [one.name for one in disputes.deciders([known.get(pk=row.pk)])[row.pk]]


def test_the_agent_challenges_a_verdict_about_a_call_of_their_own_and_the_qa_lead_hears_of_it(centre):
    row = challenge(centre.lea)
    assert (row.agent.key, row.behaviour.key, row.outcome, row.words) == ("lea", "greets", "not_met", WORDS)
    assert row.decide_by == date(2026, 5, 19), "Ascension does not count"
    entry = AuditEntry.objects.get(action="dispute.raise")
    assert (entry.subject, entry.detail["conversation"]) == (f"dispute:{row.pk}", "lea-9")
    assert WORDS not in str(entry.detail)
    told = Message.objects.get(kind="dispute")
    assert (told.user, told.subject) == (centre.qa_lead.user, "A dispute waits to be given to somebody")
    assert f"/disputes/{row.pk}" in told.text
    assert WORDS not in told.text


def test_nobody_else_challenges_it(centre):
    for who in (centre.tom, centre.ada, centre.evaluator, centre.qa_lead, centre.operations, OPERATOR):
        with pytest.raises((NotYoursError, WrongStateError)):
            challenge(who)
    assert not Dispute.objects.exists()
    assert challengeable(centre.tom, [verdict()]) == challengeable(centre.ada, [verdict()]) == {}


def test_what_was_not_decided_by_a_scorer_and_what_is_not_current_is_not_challenged(centre):
    with pytest.raises(WrongStateError, match="no verdict about a call of yours"):
        challenge(centre.lea, behaviour="warmth")
    old = verdict()
    score(everything=True, now=NOW + timedelta(hours=1))
    take(call("lea-9", at=NOW - timedelta(days=3, hours=9), greets=True), replace=True)
    score(now=NOW + timedelta(hours=2))
    with pytest.raises(WrongStateError, match="look again"):
        services.raise_dispute(viewer=centre.lea, verdict_id=old, words=WORDS, now=NOW)


def test_once_a_verdict_in_words_and_in_time(centre):
    with pytest.raises(WrongStateError, match="in your own words"):
        challenge(centre.lea, words=" … ")
    until = challengeable(centre.lea, [verdict()])[verdict()].until
    assert until == date(2026, 5, 27), "ten working days after 11 May, Ascension and Whit Monday left out"
    with pytest.raises(WrongStateError, match="until Wednesday 27 May"):
        challenge(centre.lea, now=NOW + timedelta(days=17))
    challenge(centre.lea, now=NOW + timedelta(days=16))
    with pytest.raises(AlreadyOpenError, match="once"):
        challenge(centre.lea)
    assert challengeable(centre.lea, [verdict()])[verdict()].challenged


def test_days_away_and_closed_days_do_not_count(centre):
    agent = Agent.objects.get(key="lea")
    Absence.objects.create(agent=agent, first_day=date(2026, 5, 12), last_day=date(2026, 5, 13))
    SiteClosure.objects.create(site=centre.site, day=date(2026, 5, 15))
    assert challengeable(centre.lea, [verdict()])[verdict()].until == date(2026, 6, 1)


def test_a_persons_answer_may_be_challenged_as_well_and_its_days_begin_with_it(centre):
    later = NOW + timedelta(days=28)
    label({"conversation_id": "lea-0", "behaviour": "greets", "verdict": "not_met", "reviewed_at": later.isoformat()})
    row = challenge(centre.lea, "lea-0", now=later + timedelta(days=1))
    assert row.outcome == "not_met"
    give(centre.qa_lead, row, centre.evaluator)
    decide(centre.evaluator, row)
    assert disputes.overturned(OPERATOR)[0].by_scorer[0].scorer == disputes.PERSON


def test_taken_back_it_may_be_raised_again_and_nobody_else_takes_it_back(centre):
    row = challenge(centre.lea)
    with pytest.raises(NotYoursError):
        services.withdraw(viewer=centre.qa_lead, dispute_id=row.pk, now=NOW)
    with pytest.raises(Dispute.DoesNotExist):
        services.withdraw(viewer=centre.tom, dispute_id=row.pk, now=NOW)
    services.withdraw(viewer=centre.lea, dispute_id=row.pk, now=NOW)
    with pytest.raises(WrongStateError, match="taken back"):
        services.withdraw(viewer=centre.lea, dispute_id=row.pk, now=NOW)
    again = challenge(centre.lea)
    assert disputes.dispute(centre.lea, row.pk, today=TODAY).state is State.WITHDRAWN
    assert [one.id for one in disputes.of_agent(centre.lea, "lea", today=TODAY)] == [again.pk]


def test_only_who_neither_scored_nor_coached_it_is_offered(centre):
    """One reason after the other, each of which alone takes a name from the list."""
    row, quinn = challenge(centre.lea), centre.qa_lead.user
    others = {
        name: person(f"{name} Doe", Role.EVALUATOR)
        for name in ("Abe", "Bea", "Cal", "Dan", "Fay", "Gus", "Hal", "Ida", "Kai")
    }
    everybody = sorted([quinn.name, "Eve Tanaka", *(one.name for one in others.values())])
    assert may_decide(row) == everybody
    agent, north = Agent.objects.get(key="lea"), Team.objects.get(key="north")
    moved = Team.objects.create(key="east", name="East", site=centre.site, leader=others["Abe"])
    Agent.objects.filter(key="lea").update(team=moved)
    StandIn.objects.create(team=north, user=others["Bea"], first_day=TODAY, last_day=TODAY)
    about = {"conversation": row.conversation, "behaviour": row.behaviour, "kind": "label", "rank": 3, "outcome": "met"}
    Review.objects.create(**about, reviewer=others["Cal"], reviewed_at=NOW, fingerprint="c")
    Review.objects.create(**about, reviewer_name="Dan Doe", reviewed_at=NOW, fingerprint="d")
    Session.objects.create(agent=agent, kind="developmental", status="cancelled", leader=others["Fay"], created_at=NOW)
    huddle = Gathering.objects.create(kind="huddle", behaviour=row.behaviour, minutes=5, led_by=others["Gus"], created_at=NOW)  # fmt: skip
    Attendance.objects.create(gathering=huddle, agent=agent)
    Proposal.objects.create(agent=agent, behaviour=row.behaviour, why="x", proposed_by=others["Hal"], proposed_at=NOW)
    Assignment.objects.create(
        conversation=row.conversation, template=row.behaviour.template, asked=[row.behaviour_id], reviewer=others["Ida"],
        kind="adjudication", assigned_at=NOW, due_on=TODAY,
    )  # fmt: skip
    Agent.objects.filter(key="lea").update(user=others["Kai"])
    assert sorted(may_decide(row)) == ["Eve Tanaka", "Quinn Abara"]
    with pytest.raises(UnknownNameError, match="neither scored nor coached"):
        services.assign(viewer=centre.qa_lead, dispute_id=row.pk, to=others["Cal"].pk, instead_of=None, now=NOW)
    with pytest.raises(UnknownNameError):
        give(centre.qa_lead, row, centre.ada)


def test_whoever_has_least_to_decide_comes_first(centre):
    give(centre.qa_lead, challenge(centre.lea, "lea-8"), centre.evaluator)
    assert may_decide(challenge(centre.lea)) == ["Quinn Abara", "Eve Tanaka"]


def test_a_qa_lead_gives_it_to_somebody_who_and_the_agent_hear_of_it(centre):
    row = challenge(centre.lea)
    Message.objects.all().delete()
    for who in (centre.ada, centre.evaluator, centre.lea):
        with pytest.raises(NotYoursError):
            give(who, row, centre.evaluator)
    give(centre.qa_lead, row, centre.evaluator)
    told = {message.user.name: message for message in Message.objects.select_related("user")}
    assert told.keys() == {"Eve Tanaka", "Lea Rossi"}
    assert told["Eve Tanaka"].subject == "A dispute waits for you"
    assert "Eve Tanaka reads the call anew" in told["Lea Rossi"].text
    give(centre.qa_lead, row, centre.evaluator, instead_of=centre.evaluator.user.pk)
    assert AuditEntry.objects.filter(action="dispute.assign").count() == 1, "the same again changes nothing"


def test_two_who_act_at_once_lose_nothing_and_the_second_is_told(centre):
    row, second = challenge(centre.lea), viewer(person("Pia Qvist", Role.QA_LEAD))
    give(centre.qa_lead, row, centre.evaluator)
    with pytest.raises(WrongStateError, match="Eve Tanaka has this dispute now"):
        give(second, row, centre.qa_lead)
    assert Dispute.objects.get().assigned_to == centre.evaluator.user
    services.withdraw(viewer=centre.lea, dispute_id=row.pk, now=NOW)
    with pytest.raises(WrongStateError, match="taken back"):
        decide(centre.evaluator, row)
    assert not Review.objects.exists()
    other = decided(centre, "lea-8")
    for late in (
        lambda: services.withdraw(viewer=centre.lea, dispute_id=other.pk, now=NOW),
        lambda: decide(centre.evaluator, other),
        lambda: give(second, other, centre.qa_lead, instead_of=centre.evaluator.user.pk),
    ):
        with pytest.raises(WrongStateError, match="decided by Eve Tanaka already"):
            late()
    assert Review.objects.count() == 1


def at_once(*steps):
    """Each in a thread and transaction of its own, begun together; what each of them is refused with, empty where it was not."""
    together, told = Barrier(len(steps)), []

    def run(step):
        together.wait()
        try:
            step()
            told.append("")
        except WrongStateError as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_transactions_at_once_the_second_waits_and_is_told(centre):
    row, second = challenge(centre.lea), viewer(person("Pia Qvist", Role.QA_LEAD))
    told = at_once(lambda: give(centre.qa_lead, row, centre.evaluator), lambda: give(second, row, centre.qa_lead))
    has = Dispute.objects.get().assigned_to
    assert (told[0], f"{has} has this dispute now" in told[1]) == ("", True)
    whose = centre.evaluator if has == centre.evaluator.user else centre.qa_lead
    told = at_once(lambda: decide(whose, row), lambda: services.withdraw(viewer=centre.lea, dispute_id=row.pk, now=NOW))
    row.refresh_from_db()
    assert told[0] == ""
    assert "already" in told[1] if row.decided_at else "taken back" in told[1]
    assert Review.objects.count() == (1 if row.decided_at else 0)
    assert AuditEntry.objects.filter(action__in=("dispute.assign", "dispute.decide", "dispute.withdraw")).count() == 2


def test_whoever_it_was_given_to_decides_and_says_why(centre):
    row = challenge(centre.lea)
    for who in (centre.evaluator, centre.ada, OPERATOR):
        with pytest.raises((NotYoursError, Dispute.DoesNotExist)):
            decide(who, row)
    give(centre.qa_lead, row, centre.evaluator)
    with pytest.raises(NotYoursError):
        decide(centre.qa_lead, row)
    with pytest.raises(WrongStateError, match="say why"):
        decide(centre.evaluator, row, reason="-")
    with pytest.raises(RefusedError, match="did not apply"):
        decide(centre.evaluator, row, Outcome.UNSCORED)
    label({"conversation_id": "lea-9", "behaviour": "greets", "verdict": "met", "reviewer": "Eve Tanaka"})
    with pytest.raises(WrongStateError, match="in the meantime"):
        decide(centre.evaluator, row)


@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        ("met", ("overturned", 3, 11)),
        ("not_met", ("upheld", 2, 11)),
        ("not_applicable", ("not_applicable", 2, 10)),
    ],
)
def test_what_is_decided_stands_everywhere(centre, stands, expected):
    """The effective verdict, the conversation, the counts behind rates and heatmap, and the daily report."""
    take(call("lea-x", at=NOW - timedelta(days=2)))
    score()
    decision, *rate = expected
    done = decided(centre, "lea-x", Outcome(stands))
    assert (done.decision, done.decided_by_name) == (decision, "Eve Tanaka")
    answer = Review.objects.get()
    assert (answer.kind, answer.rank, answer.outcome, answer.reviewer, answer.note) == ("dispute", 0, stands, centre.evaluator.user, done.reason)  # fmt: skip
    shown = conversation.conversation(centre.ada, "lea-x").scored[0].verdicts[0]
    assert (shown.outcome, shown.machine_outcome, shown.reviewed) == (stands, "not_met", True)
    rows = [row for row in rates.rates(centre.ada, as_of=TODAY, days=7) if (row.agent_key, row.behaviour) == ("lea", "greets")]  # fmt: skip
    assert [[row.met - 1, row.n - 1] for row in rows] == [rate], "one greeting more, in the call about the price"
    found = report.daily_reports(centre.lea, template="manners", day=(NOW - timedelta(days=2)).date(), agents=["lea"])
    assert ("Greets" in str(found)) is (stands != "not_applicable")
    entry = AuditEntry.objects.get(action="dispute.decide")
    assert (entry.actor_name, entry.detail) == ("Eve Tanaka", {"decision": decision, "outcome": stands, "conversation": "lea-x"})  # fmt: skip
    assert "decided" in Message.objects.get(user=centre.lea.user, about__endswith="decided").text
    score(everything=True, now=NOW + timedelta(days=1))
    assert conversation.conversation(centre.ada, "lea-x").scored[0].verdicts[0].outcome == stands, "scored anew"


def test_the_history_says_who_when_and_why(centre):
    row, hour = challenge(centre.lea), timedelta(hours=1)
    give(centre.qa_lead, row, centre.qa_lead, now=NOW + hour)
    give(centre.qa_lead, row, centre.evaluator, instead_of=centre.qa_lead.user.pk, now=NOW + 2 * hour)
    decide(centre.evaluator, row, now=NOW + 3 * hour)
    seen = disputes.dispute(centre.lea, row.pk, today=TODAY)
    assert [(step.what, step.by, step.to, (step.at - NOW) // hour) for step in seen.history] == [
        ("raised", "Lea", "", 0),
        ("assigned", "Quinn Abara", "Quinn Abara", 1),
        ("assigned", "Quinn Abara", "Eve Tanaka", 2),
        ("decided", "Eve Tanaka", "", 3),
    ]
    assert [step.words for step in seen.history] == [WORDS, "", "", "The greeting is cut off, but it is there."]
    assert (seen.challenged, seen.stands, seen.decision) == ("not_met", "met", "overturned")


def test_who_sees_what(centre):
    row = challenge(centre.lea)
    give(centre.qa_lead, row, centre.evaluator)

    def seen(who):
        return disputes.dispute(who, row.pk, today=TODAY)

    assert (seen(centre.lea).mine, seen(centre.lea).may_decide, seen(centre.lea).choices) == (True, False, ())
    assert (seen(centre.evaluator).may_decide, seen(centre.evaluator).agent_name) == (True, "the agent")
    assert (seen(centre.evaluator).agent_key, seen(centre.evaluator).history[0].by) == ("", "the agent")
    assert (seen(centre.ada).may_assign, seen(centre.ada).may_decide, seen(centre.ada).agent_name) == (
        False,
        False,
        "Lea",
    )
    assert [one.name for one in seen(centre.qa_lead).choices] == ["Quinn Abara", "Eve Tanaka"]
    for who in (centre.tom, centre.ben, centre.operations, centre.admin, centre.nobody):
        assert seen(who) is None
    assert disputes.disputes(centre.evaluator, today=TODAY).total == 1
    assert disputes.disputes(centre.tom, today=TODAY).total == 0


def test_whoever_answers_the_call_blind_sees_no_dispute_about_it(centre):
    row = challenge(centre.lea)
    Assignment.objects.create(
        conversation=row.conversation, template=row.behaviour.template, asked=[row.behaviour_id],
        reviewer=centre.qa_lead.user, kind="adjudication", assigned_at=NOW, due_on=TODAY,
    )  # fmt: skip
    assert disputes.dispute(centre.qa_lead, row.pk, today=TODAY) is None
    assert disputes.disputes(centre.qa_lead, today=TODAY).total == 0
    assert disputes.hidden(centre.qa_lead) == 1
    with pytest.raises(Dispute.DoesNotExist):
        give(centre.qa_lead, row, centre.evaluator)
    assert disputes.hidden(centre.lea) == 0


def test_nor_does_a_flag_tell_them(centre):
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW, as_of=TODAY)
    call_of = focus.example.attempt.evaluation.conversation
    decided(centre, call_of.key)
    assert flags(centre.qa_lead, Focus.objects.all())
    Assignment.objects.create(
        conversation=call_of, template=focus.behaviour.template, asked=[focus.behaviour_id],
        reviewer=centre.qa_lead.user, kind="adjudication", assigned_at=NOW, due_on=TODAY,
    )  # fmt: skip
    assert flags(centre.qa_lead, Focus.objects.all()) == {}


def test_what_should_have_been_decided_is_shown_as_such(centre):
    row = challenge(centre.lea)
    seen = [disputes.dispute(centre.qa_lead, row.pk, today=TODAY + timedelta(days=n)) for n in (0, 8, 9)]
    assert [(one.days_left, one.overdue) for one in seen] == [(5, False), (0, False), (-1, True)]


def test_an_open_focus_on_an_overturned_example_is_flagged_and_gets_another_example(centre):
    """The flag comes with the challenge; replacing the example keeps the earliest due date."""
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW, as_of=TODAY)
    session, key = focus.sessions.get(), focus.example.attempt.evaluation.conversation.key
    assert flags(centre.ada, Focus.objects.all()) == {}
    row = challenge(centre.lea, key)
    assert flags(centre.ada, Focus.objects.all())[focus.pk].overturned is False
    with pytest.raises(WrongStateError, match="example of this focus holds"):
        examples.close_overturned(viewer=centre.ada, session_id=session.pk, now=NOW)
    give(centre.qa_lead, row, centre.evaluator)
    decide(centre.evaluator, row)
    flag = flags(centre.ada, Focus.objects.all())[focus.pk]
    assert (flag.overturned, flag.stands, flag.dispute_id) == (True, "met", row.pk)
    due = focus.due_on
    later = NOW + timedelta(days=2)
    take(call("fresh", at=later - timedelta(hours=2)), now=later)
    score(now=later)
    changed = examples.replace_example(viewer=centre.ada, session_id=session.pk, verdict_id=verdict("fresh"), now=later)
    assert (changed.due_on, changed.example_id) == (due, verdict("fresh"))
    assert flags(centre.ada, Focus.objects.all()) == {}
    with pytest.raises(NotYoursError):
        examples.replace_example(viewer=centre.qa_lead, session_id=session.pk, verdict_id=verdict("fresh"), now=later)


def test_or_the_focus_is_closed_with_the_session_that_was_planned_on_it(centre):
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW, as_of=TODAY)
    session = focus.sessions.get()
    decided(centre, focus.example.attempt.evaluation.conversation.key)
    examples.close_overturned(viewer=centre.ada, session_id=session.pk, now=NOW)
    focus.refresh_from_db()
    session.refresh_from_db()
    assert (focus.closed_at, session.status) == (NOW, SessionStatus.CANCELLED)
    assert AuditEntry.objects.filter(action="focus.close").exists()
    with pytest.raises(WrongStateError):
        examples.close_overturned(viewer=centre.ada, session_id=session.pk, now=NOW)


def test_what_was_agreed_on_it_closes_with_its_follow_up(centre):
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW, as_of=TODAY)
    held = {"agreement": agreement(TODAY), "held_on": TODAY, "now": NOW}
    coaching.hold_session(viewer=centre.ada, session_id=focus.sessions.get().pk, **held)
    decided(centre, focus.example.attempt.evaluation.conversation.key)
    assert flags(centre.ada, Focus.objects.all())[focus.pk].overturned
    with pytest.raises(WrongStateError, match="held already"):
        examples.close_overturned(viewer=centre.ada, session_id=focus.sessions.get().pk, now=NOW)


def test_the_learned_scorer_learns_what_was_decided(centre):
    label({"conversation_id": "lea-9", "behaviour": "greets", "verdict": "not_met"})
    done = decided(centre)
    behaviours = {done.behaviour_id: "greets"}
    known = training.material(OPERATOR, published(OPERATOR)[0], behaviours)
    assert [one.answers["greets"].outcome for one in known.labelled] == ["met"]


def test_how_often_what_is_challenged_does_not_stand(centre):
    """Four of five overturned: beyond one in five; by behaviour, and by who had said so."""
    for n in range(5, 10):
        decided(centre, f"lea-{n}", Outcome.MET if n > 5 else Outcome.NOT_MET)
    assert disputes.overturned(OPERATOR, "manners")[0].often
    decided(centre, "price", Outcome.NOT_APPLICABLE, behaviour="value_first")
    greets, value = sorted(disputes.overturned(OPERATOR, "manners"), key=lambda one: one.behaviour)
    assert (greets.challenged.overturned, greets.challenged.decided, greets.often) == (4, 5, True)
    assert [(one.scorer, one.challenged.decided) for one in greets.by_scorer] == [("phrases", 5)]
    assert greets.by_scorer[0].version.startswith("phrases")
    assert (value.challenged.overturned, value.often) == (1, False)
    assert disputes.overturned(OPERATOR, "other") == []
