"""Every invariant, tried against the database itself: whatever code comes later, these can't be broken."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from builders import NOW, publish
from coachloop.app.models import (
    Absence,
    Agent,
    AgentDay,
    Attempt,
    AuditEntry,
    AuditSeal,
    Behaviour,
    Conversation,
    DirtyDay,
    Evaluation,
    Focus,
    FollowUp,
    Grant,
    Review,
    Revision,
    Scoring,
    Session,
    SiteClosure,
    Team,
    Template,
    TemplateVersion,
    User,
    Verdict,
)
from coachloop.app.models.sealed import SealedJson, SealedText
from coachloop.core.coaching.agreement import SessionKind, SessionStatus

DAY = date(2026, 5, 6)


class World:
    """One row of everything, made straight in the tables."""

    def __init__(self, site):
        self.site = site
        self.version = publish()
        self.template = self.version.template
        self.behaviour = Behaviour.objects.get(key="greets")
        self.agent = Agent.objects.create(key="lea", name="Lea")
        self.user = User.objects.create(email="ada@example.org", name="Ada")
        self.call = Conversation.objects.create(key="c-1", agent=self.agent, landed_at=NOW)
        self.revision = Revision.objects.create(
            conversation=self.call, number=1, content_hash="x", document="{}", stored_at=NOW
        )
        self.scoring = Scoring.objects.create(version=self.version, scorers={}, digest="d")
        self.evaluation = Evaluation.objects.create(conversation=self.call, template=self.template)
        self.attempt = Attempt.objects.create(
            evaluation=self.evaluation, scoring=self.scoring, revision=1, number=1, stored_at=NOW
        )
        self.verdict = Verdict.objects.create(attempt=self.attempt, behaviour=self.behaviour, outcome="met")
        self.review = self.make_review(fingerprint="f")
        self.entry = AuditEntry.objects.create(at=NOW, actor=self.user, actor_name="Ada", action="x", subject="y")
        self.seal = AuditSeal.objects.create(number=1, entry=self.entry.pk, sha256="s")

    def make_review(self, **change):
        whole = {
            "conversation": self.call, "behaviour": self.behaviour, "kind": "label", "rank": 3, "outcome": "met",
            "reviewer": self.user, "reviewed_at": NOW, "fingerprint": "g",
        }  # fmt: skip
        return Review.objects.create(**{**whole, **change})

    def make_focus(self, **change):
        whole = {"agent": self.agent, "behaviour": self.behaviour, "reason": "r", "opened_at": NOW}
        return Focus.objects.create(**{**whole, **change})

    def make_session(self, **change):
        whole = {
            "agent": self.agent, "behaviour": self.behaviour, "kind": SessionKind.PERFORMANCE,
            "status": SessionStatus.PLANNED, "created_at": NOW,
        }  # fmt: skip
        return Session.objects.create(**{**whole, **change})

    def held(self, **change):
        """A held session that lacks nothing but what `change` takes away."""
        kind = change.get("kind", SessionKind.PERFORMANCE)
        focus = self.make_focus(closed_at=NOW) if kind == SessionKind.PERFORMANCE else None
        whole = {
            "status": SessionStatus.HELD, "held_on": DAY, "own_words": "I rush.", "action": "Breathe", "goal": "Lead",
            "review_on": DAY + timedelta(7), "by_when": DAY, "how_reviewed": "Calls", "focus": focus,
        }  # fmt: skip
        return self.make_session(**{**whole, **change})


@pytest.fixture
def world(site):
    return World(site)


def refused(make, *args, **fields):
    """The database refuses it."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make(*args, **fields)


@pytest.mark.django_db
def test_nothing_is_left_to_migrate():
    """The models are what the migrations make."""
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_an_agent_has_at_most_one_open_focus(world):
    """A closed one makes room for the next; another agent's is their own."""
    world.make_focus(closed_at=NOW)
    world.make_focus()
    refused(world.make_focus)
    refused(Focus.objects.filter(closed_at__isnull=False).update, closed_at=None)
    world.make_focus(agent=Agent.objects.create(key="tom", name="Tom"))


def test_a_due_day_comes_with_its_clock(world):
    refused(world.make_focus, due_on=DAY)
    refused(world.make_focus, clock_day=DAY)
    world.make_focus(clock_day=DAY, due_on=DAY)


@pytest.mark.parametrize(
    "lacking",
    [
        {"own_words": ""}, {"action": ""}, {"held_on": None}, {"review_on": None}, {"how_reviewed": ""},
        {"by_when": None}, {"focus": None}, {"behaviour": None},
    ],
)  # fmt: skip
def test_a_performance_session_is_not_held_without_its_agreement(world, lacking):
    refused(world.held, **lacking)


def test_a_planned_session_does_not_become_held_without_its_agreement(world):
    session = world.make_session(focus=world.make_focus())
    refused(Session.objects.filter(pk=session.pk).update, status="held")


@pytest.mark.parametrize(
    "lacking", [{"own_words": ""}, {"action": ""}, {"held_on": None}, {"review_on": None}, {"goal": ""}]
)
def test_a_developmental_session_needs_a_goal_and_an_agreement(world, lacking):
    refused(world.held, kind=SessionKind.DEVELOPMENTAL, **lacking)


def test_whole_agreements_are_held(world):
    world.held()
    world.held(kind=SessionKind.DEVELOPMENTAL, by_when=None, how_reviewed="", behaviour=None)


def test_a_developmental_session_belongs_to_no_focus(world):
    refused(world.make_session, kind="developmental", focus=world.make_focus())


def test_one_session_of_a_focus_is_planned_at_a_time(world):
    focus = world.make_focus()
    world.make_session(focus=focus)
    refused(world.make_session, focus=focus)
    world.make_session(focus=focus, status="cancelled")


def test_one_developmental_session_of_an_agent_is_planned_at_a_time(world):
    world.make_session(kind="developmental")
    refused(world.make_session, kind="developmental")
    world.make_session(kind="developmental", status="cancelled")


@pytest.mark.parametrize(
    "change", [{"review_on": DAY}, {"by_when": DAY - timedelta(1)}, {"by_when": DAY + timedelta(8)}]
)
def test_days_of_a_held_session_are_in_order(world, change):
    refused(world.held, **change)


def test_only_what_was_held_is_confirmed_or_contested(world):
    session = world.make_session()
    refused(Session.objects.filter(pk=session.pk).update, confirmed_at=NOW)
    refused(Session.objects.filter(pk=session.pk).update, contested_at=NOW, contest_words="No")
    refused(world.held, confirmed_at=NOW, contested_at=NOW, contest_words="No")


def test_an_imported_session_is_there_once(world):
    world.make_session(status="imported", held_on=DAY)
    refused(world.make_session, status="imported", held_on=DAY)
    world.make_session(status="imported", held_on=DAY + timedelta(1))


@pytest.mark.parametrize("change", [{"kind": "chat"}, {"status": "done"}])
def test_sessions_have_a_known_kind_and_status(world, change):
    refused(world.make_session, **change)


ANSWERS = {"opened_at": NOW, "closed_at": NOW, "did_happen": "yes", "did_work": "no", "next_step": "close"}


@pytest.mark.parametrize(
    "lacking",
    [
        {"did_happen": ""}, {"did_work": ""}, {"next_step": ""}, {"opened_at": None},
        {"did_happen": "maybe"}, {"did_work": "partly"}, {"next_step": "later"},
    ],
)  # fmt: skip
def test_a_follow_up_is_not_closed_without_its_three_answers(world, lacking):
    session = world.held()
    refused(FollowUp.objects.create, session=session, due_on=DAY, **{**ANSWERS, **lacking})
    row = FollowUp.objects.create(session=session, due_on=DAY)
    refused(FollowUp.objects.filter(pk=row.pk).update, **{**ANSWERS, **lacking})


def test_a_follow_up_with_its_answers_is_closed_and_there_is_one_a_session(world):
    session = world.held()
    FollowUp.objects.create(session=session, due_on=DAY, **ANSWERS)
    refused(FollowUp.objects.create, session=session, due_on=DAY)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ("verdict", {"outcome": "not_met"}), ("verdict", {"evidence": [1]}), ("verdict", {"probability": 0.5}),
        ("verdict", {"attempt": None}), ("attempt", {"stored_at": timezone.now()}), ("attempt", {"revision": 9}),
        ("review", {"outcome": "not_met"}), ("review", {"rank": 0}), ("review", {"note": "x"}),
        ("revision", {"document": "{} "}), ("revision", {"number": 7}),
        ("entry", {"subject": "z"}), ("entry", {"at": timezone.now()}), ("entry", {"action": "x"}),
    ],
)  # fmt: skip
def test_facts_are_never_changed(world, row, change):
    """Verdicts, attempts, reviews, revisions and the audit log are append-only, whoever asks."""
    rows = type(getattr(world, row)).objects.filter(pk=getattr(world, row).pk)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(**change)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("model", [Verdict, Attempt, Review, Revision, AuditEntry, AuditSeal])
def test_every_column_of_a_fact_is_guarded(model):
    """A column that a later migration adds is guarded as well, or this fails; words may be sealed and opened, and not changed."""
    guarded = []
    for field in model._meta.concrete_fields:
        if field.name in {"reviewer", "reviewer_name", "actor", "actor_name"} or field.primary_key:
            continue
        column = connection.ops.quote_name(field.column)
        table = connection.ops.quote_name(model._meta.db_table)
        other = {SealedText: "'other words'", SealedJson: """'["other words"]'"""}.get(type(field), column)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {other}")  # noqa: S608 -- names of our own tables
        guarded.append(field.name)
    assert guarded


def test_people_may_be_forgotten(world):
    """Who reviewed or acted may be erased; the name that was written down stays until it is erased as well."""
    world.user.delete()
    world.review.refresh_from_db()
    world.entry.refresh_from_db()
    assert world.review.reviewer is None
    assert (world.entry.actor, world.entry.actor_name) == (None, "Ada")
    AuditEntry.objects.update(actor_name="somebody who was erased")
    Review.objects.update(reviewer_name="somebody who was erased")


@pytest.mark.parametrize("change", [{"text": "other"}, {"number": 9}, {"sha256": "0"}, {"published_at": None}])
def test_a_published_version_is_frozen(world, change):
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        TemplateVersion.objects.filter(pk=world.version.pk).update(**change)


def test_a_draft_may_change_and_there_is_one(world):
    draft = {"template": world.template, "text": "a", "sha256": "s", "added_at": NOW}
    row = TemplateVersion.objects.create(number=2, **draft)
    TemplateVersion.objects.filter(pk=row.pk).update(text="b")
    refused(TemplateVersion.objects.create, number=3, **draft)
    refused(TemplateVersion.objects.create, number=1, published_at=NOW, **draft)


def test_a_behaviour_is_there_once_and_its_target_is_a_rate(world):
    refused(Behaviour.objects.create, template=world.template, key="greets", title="x", position=9)
    for target in (0, -0.1, 1.1):
        refused(
            Behaviour.objects.create, template=world.template, key=f"x{target}", title="x", position=9, target=target
        )
    Behaviour.objects.create(template=world.template, key="y", title="y", position=9, target=1)
    refused(Template.objects.create, key="manners", title="again")


def test_a_conversation_is_there_once_and_so_are_its_revisions(world):
    refused(Conversation.objects.create, key="c-1", landed_at=NOW)
    refused(Revision.objects.create, conversation=world.call, number=1, content_hash="", document="", stored_at=NOW)


@pytest.mark.django_db
def test_a_day_comes_with_its_start():
    refused(Conversation.objects.create, key="c-2", landed_at=NOW, day=DAY)
    refused(Conversation.objects.create, key="c-2", landed_at=NOW, started_at=NOW)


def test_one_evaluation_a_conversation_and_template(world):
    refused(Evaluation.objects.create, conversation=world.call, template=world.template)


def test_what_is_done_has_an_attempt(world):
    refused(Evaluation.objects.filter(pk=world.evaluation.pk).update, state="done")
    Evaluation.objects.filter(pk=world.evaluation.pk).update(state="done", attempt=world.attempt)


def test_one_current_attempt_an_evaluation(world):
    """The same attempt can't stand for two."""
    other = Conversation.objects.create(key="c-2", landed_at=NOW)
    world.evaluation.attempt = world.attempt
    world.evaluation.save()
    refused(Evaluation.objects.create, conversation=other, template=world.template, attempt=world.attempt)


def test_one_verdict_a_behaviour_and_attempt(world):
    refused(Verdict.objects.create, attempt=world.attempt, behaviour=world.behaviour, outcome="not_met")
    refused(
        Attempt.objects.create, evaluation=world.evaluation, scoring=world.scoring, revision=1, number=1, stored_at=NOW
    )
    refused(Scoring.objects.create, version=world.version, scorers={}, digest="d")


def test_no_verdict_without_its_attempt_nor_an_attempt_without_who_scored(world):
    """Template version and scorer version are not optional."""
    refused(Verdict.objects.create, behaviour=world.behaviour, outcome="met")
    refused(Attempt.objects.create, evaluation=world.evaluation, revision=1, number=2, stored_at=NOW)
    refused(Scoring.objects.create, scorers={}, digest="e")


@pytest.mark.parametrize("change", [{"outcome": "maybe"}, {"probability": 1.1}, {"probability": -0.1}])
def test_verdicts_say_what_a_verdict_can_say(world, change):
    other = Behaviour.objects.get(key="warmth")
    refused(Verdict.objects.create, attempt=world.attempt, behaviour=other, **{"outcome": "met", **change})


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "unscored"},
        {"kind": "hunch"},
        {"sampling_probability": 0},
        {"sampling_probability": 1.5},
        {"fingerprint": "f"},
    ],
)
def test_reviews_decide_and_count_once(world, change):
    refused(world.make_review, **change)


def test_people_hold_a_known_role_once(world):
    Grant.objects.create(user=world.user, role="agent")
    refused(Grant.objects.create, user=world.user, role="agent")
    refused(Grant.objects.create, user=world.user, role="boss")
    refused(User.objects.create, email="ada@example.org", name="Another Ada")


def test_an_absence_ends_after_it_begins(world):
    refused(Absence.objects.create, agent=world.agent, first_day=DAY, last_day=DAY - timedelta(1))
    Absence.objects.create(agent=world.agent, first_day=DAY, last_day=DAY)


def test_a_site_closes_once_a_day(world):
    SiteClosure.objects.create(site=world.site, day=DAY)
    refused(SiteClosure.objects.create, site=world.site, day=DAY)


def test_a_count_is_there_once_with_a_team_and_without(world):
    cell = {
        "agent": world.agent, "behaviour": world.behaviour, "day": DAY, "version": world.version, "met": 1, "not_met": 0,
        "not_applicable": 0, "unscored": 0,
    }  # fmt: skip
    AgentDay.objects.create(**cell)
    refused(AgentDay.objects.create, **cell)
    refused(AgentDay.objects.create, **{**cell, "queue": "q", "met": -1})


def test_every_row_says_what_it_is(world):
    """Each model has words for a developer who meets one."""
    focus = world.make_focus()
    rows = [
        *(getattr(world, name) for name in vars(world)), focus, world.make_session(focus=focus),
        FollowUp(session_id=1), Grant(user_id=1, role="agent"), SiteClosure(day=DAY), Absence(first_day=DAY, last_day=DAY),
        AgentDay(met=1, not_met=1, day=DAY), DirtyDay(agent_id=1, day=DAY), Team(name="North"),
    ]  # fmt: skip
    assert all(str(row) and "object (" not in str(row) for row in rows if isinstance(row, models.Model))
