from django.db import models
from django.db.models import F, Q

from coachloop.app.models.people import Agent, User
from coachloop.app.models.sealed import SealedJson, SealedText
from coachloop.app.models.templates import Behaviour
from coachloop.app.models.verdicts import Verdict
from coachloop.core.coaching.agreement import LEFT, DidHappen, DidWork, NextStep, SessionKind, SessionStatus


class Focus(models.Model):
    """The one behaviour an agent works on. At most one is open, by constraint.

    `clock_day` is day 0 of the five working days (the example's verdict landed on it); empty for calls that start no clock.
    Without a transcript the leader's own account stands in for the example's words. `chosen_because` is the leader's reason where
    they chose otherwise than suggested, `chosen_instead_of` what was suggested; empty where no gap was certain. `closed_because` is
    what closed it beside its follow-up: `left`, the agent left the centre.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="foci")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="foci")
    reason = SealedText()
    example = models.ForeignKey(Verdict, null=True, on_delete=models.SET_NULL, related_name="+")
    leaders_account = SealedText(blank=True)
    clock_day = models.DateField(null=True)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=4, blank=True, default="", db_default="", choices=[(LEFT, LEFT)])
    chosen_instead_of = models.ForeignKey(Behaviour, null=True, on_delete=models.PROTECT, related_name="+")
    chosen_because = SealedText(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(chosen_instead_of__isnull=True) | ~Q(chosen_because=""),
                name="chosen_otherwise_with_a_reason",
            ),
            models.UniqueConstraint(fields=["agent"], condition=Q(closed_at__isnull=True), name="one_open_focus"),
            models.CheckConstraint(
                condition=Q(clock_day__isnull=True, due_on__isnull=True)
                | Q(clock_day__isnull=False, due_on__isnull=False),
                name="focus_due_with_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.behaviour_id}"


class Suggested(models.Model):
    """A gap that was suggested, with the clock that newer calls do not renew as long as it stands.

    `clock_day` is day 0, `due_on` the fifth working day after it, moved by days off alone. `last_suggested_on` is the last day on
    which it was what the agent's leader was shown; it stands on while another is suggested, until `ended_on`.
    """

    class End(models.TextChoices):
        """What ended it: it was taken up, the agent got another focus, the gap is certain no more, or the agent left the centre."""

        TAKEN = "taken"
        OTHER_FOCUS = "other_focus"
        GAP_GONE = "gap_gone"
        LEFT = "left"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="suggested")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    clock_day = models.DateField()
    due_on = models.DateField()
    first_suggested_on = models.DateField()
    last_suggested_on = models.DateField()
    ended_on = models.DateField(null=True)
    how = models.CharField(max_length=11, choices=End, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "behaviour"], condition=Q(ended_on__isnull=True), name="one_standing_suggestion"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, how="")
                | Q(ended_on__isnull=False, how__in=["taken", "other_focus", "gap_gone", "left"]),
                name="suggestion_ended_somehow",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("clock_day")), name="suggestion_due_after_day_0"),
        ]
        indexes = [models.Index(fields=["due_on"], name="suggestion_due")]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.behaviour_id}, due {self.due_on}"


class Proposal(models.Model):
    """A QA lead's advice to coach an agent on a behaviour: the leader takes it, or declines it and says why, by constraint.

    `focus` is what it became, empty where it was declined.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="proposals")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="+")
    example = models.ForeignKey(Verdict, null=True, on_delete=models.SET_NULL, related_name="+")
    why = SealedText()
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_by_name = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    focus = models.ForeignKey(Focus, null=True, on_delete=models.CASCADE, related_name="proposals")
    declined_because = SealedText(blank=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "behaviour"], condition=Q(answered_at__isnull=True), name="one_open_proposal"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="proposal_says_why"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, focus__isnull=True, declined_because="")
                | Q(answered_at__isnull=False, focus__isnull=False, declined_because="")
                | (Q(answered_at__isnull=False, focus__isnull=True) & ~Q(declined_because="")),
                name="proposal_taken_or_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.behaviour_id} proposed"


class Goal(models.Model):
    """Where an agent wants to be, in their own words, over months; it belongs to developmental sessions."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="goals")
    words = SealedText()
    opened_on = models.DateField()
    target_day = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    reached = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="goal_has_words"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, reached__isnull=True)
                | Q(closed_on__isnull=False, reached__isnull=False),
                name="goal_closed_with_its_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.words[:40]}"


class GoalStep(models.Model):
    """One step towards a goal."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="steps")
    words = SealedText()
    by_when = models.DateField(null=True)
    done_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.words)[:40]


class Session(models.Model):
    """A coaching conversation. It can't be held without its agreement, by constraint.

    `questions` are those that open it; `started_at` is when its fifteen minutes began. The agent confirms what was agreed, or
    contests it in their own words. `invited_for` is the time that the newest invitation names, empty where none stands;
    `invite_sequence` counts what was sent (iCalendar's SEQUENCE).
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sessions")
    behaviour = models.ForeignKey(Behaviour, null=True, on_delete=models.PROTECT, related_name="sessions")
    focus = models.ForeignKey(Focus, null=True, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=14, choices=[(k.value, k.value) for k in SessionKind])
    status = models.CharField(max_length=9, choices=[(s.value, s.value) for s in SessionStatus])
    leader = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    leader_name = models.CharField(max_length=200, blank=True)
    planned_for = models.DateTimeField(null=True)
    held_on = models.DateField(null=True)
    goal = SealedText(blank=True)
    own_words = SealedText(blank=True)
    action = SealedText(blank=True)
    by_when = models.DateField(null=True)
    how_reviewed = SealedText(blank=True)
    review_on = models.DateField(null=True)
    shared_notes = SealedText(blank=True)
    private_notes = SealedText(blank=True)
    created_at = models.DateTimeField()
    aim = models.ForeignKey(Goal, null=True, on_delete=models.SET_NULL, related_name="sessions")
    questions = SealedJson(default=list)
    started_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)
    contest_words = SealedText(blank=True)
    invite_sequence = models.PositiveIntegerField(default=0)
    invited_for = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(SessionKind)), name="session_known_kind"),
            models.CheckConstraint(condition=Q(status__in=list(SessionStatus)), name="session_known_status"),
            models.CheckConstraint(
                condition=~Q(status="held")
                | (~Q(own_words="") & ~Q(action="") & Q(held_on__isnull=False, review_on__isnull=False)),
                name="held_has_an_agreement",
            ),
            models.CheckConstraint(
                condition=~Q(status="held", kind="performance")
                | (~Q(how_reviewed="") & Q(by_when__isnull=False, focus__isnull=False, behaviour__isnull=False)),
                name="performance_agreement_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status="held", kind="developmental") | ~Q(goal=""), name="developmental_has_a_goal"
            ),
            models.CheckConstraint(
                condition=~Q(kind="developmental") | Q(focus__isnull=True), name="developmental_runs_beside_a_focus"
            ),
            models.CheckConstraint(
                condition=Q(contested_at__isnull=True) | (~Q(contest_words="") & Q(confirmed_at__isnull=True)),
                name="contested_in_words",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, contested_at__isnull=True) | Q(status="held"),
                name="answered_once_held",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(review_on__gt=F("held_on")), name="looked_back_at_after_it_was_held"
            ),
            models.CheckConstraint(
                condition=~Q(status="held", kind="performance")
                | Q(by_when__gte=F("held_on"), by_when__lte=F("review_on")),
                name="performance_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(status="planned", kind="developmental"),
                name="one_planned_developmental_session",
            ),
            models.UniqueConstraint(
                fields=["focus"], condition=Q(status="planned"), name="one_planned_session_a_focus"
            ),
            models.UniqueConstraint(
                fields=["agent", "behaviour", "held_on"],
                condition=Q(status="imported"),
                name="imported_session_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} session {self.status} with {self.agent_id}"


class SessionDraft(models.Model):
    """What a leader has written so far: kept while they write, gone once the session is held."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="draft")
    fields = SealedJson(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"draft of session {self.session_id}"


class FollowUp(models.Model):
    """The look-back at a session's action. It can't be closed without its three answers, by constraint.

    None but that of an agent who left, whom nobody looks back with: `closed_because` is then `left`. `numbers` keeps
    what the leader saw when closing: rates before and since, with n and interval.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="follow_up")
    due_on = models.DateField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_because = models.CharField(max_length=4, blank=True, default="", db_default="", choices=[(LEFT, LEFT)])
    did_happen = models.CharField(max_length=8, blank=True)
    did_work = models.CharField(max_length=9, blank=True)
    next_step = models.CharField(max_length=16, blank=True)
    note = SealedText(blank=True)
    numbers = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(closed_because="left")
                | Q(
                    opened_at__isnull=False,
                    did_happen__in=list(DidHappen),
                    did_work__in=list(DidWork),
                    next_step__in=list(NextStep),
                ),
                name="closed_follow_up_has_its_answers",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="follow_up_closed_after_it_opened",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(closed_at__isnull=True), name="follow_up_open")]

    def __str__(self) -> str:
        return f"follow-up of session {self.session_id}"
