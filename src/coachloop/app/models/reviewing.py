from django.db import models
from django.db.models import Q

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.people import Agent, User
from coachloop.app.models.sealed import SealedJson, SealedText
from coachloop.app.models.templates import Behaviour, Template, TemplateVersion
from coachloop.app.models.verdicts import Review, Verdict
from coachloop.core.model.review import Decision, ReviewKind
from coachloop.core.model.verdict import Outcome

ASKED = [ReviewKind.AUDIT, ReviewKind.ADJUDICATION, ReviewKind.CALIBRATION]


class AuditDraw(models.Model):
    """Calls drawn by chance to be answered blind, so that anybody can draw again and compare.

    `frame` holds every conversation that could be drawn, gzipped JSON: `[[key, predicted, agent], …]` in the order of the keys;
    `predicted` is of `behaviour`, null where the machine said nothing. `sha256` is of the frame before it is packed.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="audit_draws")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    size = models.PositiveIntegerField()
    core = models.FloatField()
    least = models.PositiveSmallIntegerField()
    twice = models.FloatField(default=0.0, help_text="the share that two people answer")
    seed = models.CharField(max_length=64)
    frame = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    due_on = models.DateField()
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"audit of {self.template_id}, {self.first_day} to {self.last_day}"


class Room(models.Model):
    """Several people answer the same calls blind, and then look at them together.

    Until `opened_at` nobody sees anybody else's answers, nor the machine's. `closed_at`: what was agreed stays.
    """

    class Choice(models.TextChoices):
        """How its calls were chosen."""

        RANDOM = "random"
        CONTESTED = "contested"

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="rooms")
    title = models.CharField(max_length=200)
    chosen = models.CharField(max_length=10, choices=Choice)
    seed = models.CharField(max_length=64, blank=True)
    answer_by = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="closed_room_was_opened"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Assignment(models.Model):
    """Somebody is asked to answer questions about a conversation, blind, by a day.

    `asked` lists the ids of the behaviours. `answers` holds what they have said so far, by behaviour id: `{outcome, quotes, note}`;
    `saves` counts how often it was saved, so that a second window notices. Submitted, the answers become reviews: at once, or in
    a room when it is opened. `passed_on_at` ends one that nobody answers any more, with `passed_on_because`.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="assignments")
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="assignments")
    asked = models.JSONField()
    reviewer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="assignments")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in ASKED])
    draw = models.ForeignKey(AuditDraw, null=True, on_delete=models.CASCADE, related_name="assignments")
    room = models.ForeignKey(Room, null=True, on_delete=models.CASCADE, related_name="assignments")
    sampling_probability = models.FloatField(null=True)
    assigned_at = models.DateTimeField()
    due_on = models.DateField()
    answers = SealedJson(default=dict)
    saves = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    passed_on_at = models.DateTimeField(null=True)
    passed_on_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "template", "reviewer"],
                condition=Q(submitted_at__isnull=True, passed_on_at__isnull=True),
                name="asked_once_at_a_time",
            ),
            models.CheckConstraint(condition=Q(kind__in=ASKED), name="assignment_known_kind"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(passed_on_at__isnull=True), name="submitted_or_passed_on"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ReviewKind.AUDIT) | Q(draw__isnull=False, sampling_probability__isnull=False),
                name="audit_was_drawn",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReviewKind.CALIBRATION, room__isnull=False)
                | (~Q(kind=ReviewKind.CALIBRATION) & Q(room__isnull=True)),
                name="calibration_has_a_room",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reviewer", "conversation"],
                condition=Q(submitted_at__isnull=True, passed_on_at__isnull=True),
                name="assignment_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} is asked about {self.conversation_id}"


class RoomDecision(models.Model):
    """What a room agreed on about one question of one call; changed, it writes another review."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="decisions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=14)
    why = SealedText(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "conversation", "behaviour"], name="decided_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE]), name="room_decides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}: {self.behaviour_id} {self.outcome}"


class RoomWording(models.Model):
    """How a room wants a behaviour to be worded; `version` is the template version that took it up."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="wordings")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    question = models.TextField(blank=True)
    good = models.TextField(blank=True)
    worded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    worded_at = models.DateTimeField()
    version = models.ForeignKey(TemplateVersion, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "behaviour"], name="worded_once"),
            models.CheckConstraint(condition=~Q(question="", good=""), name="wording_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} words {self.behaviour_id}"


class Dispute(models.Model):
    """An agent challenges one verdict about a call of theirs, in their own words; somebody else decides, and says why.

    `outcome` is what stood, `verdict` the machine's at the time. `review` is the answer that the decision wrote.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="disputes")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="disputes")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="disputes")
    verdict = models.ForeignKey(Verdict, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=14)
    words = SealedText()
    raised_at = models.DateTimeField()
    decide_by = models.DateField()
    assigned_to = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="disputes_to_decide")
    assigned_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=14, choices=[(one.value, one.value) for one in Decision], blank=True)
    reason = SealedText(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    review = models.OneToOneField(Review, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "behaviour"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_dispute_a_verdict",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="dispute_has_words"),
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE]),
                name="dispute_of_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decision="", reason="")
                | (Q(decided_at__isnull=False, decision__in=list(Decision), withdrawn_at__isnull=True) & ~Q(reason="")),
                name="decided_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["decide_by"], condition=Q(decided_at__isnull=True), name="dispute_open")]

    def __str__(self) -> str:
        return f"{self.agent_id} disputes {self.behaviour_id} of {self.conversation_id}"
