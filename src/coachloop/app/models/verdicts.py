from django.db import models
from django.db.models import Q

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.people import User
from coachloop.app.models.sealed import SealedJson, SealedText
from coachloop.app.models.templates import Behaviour, Template, TemplateVersion
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome


class Scoring(models.Model):
    """Who scores: a template version with its resolved cascades. `scorers` maps each behaviour's key to its scorer version."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="scorings")
    scorers = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "digest"], name="scoring_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.digest[:8]}"


class Evaluation(models.Model):
    """What is to be scored and what stands: the truth that the queue is rebuilt from.

    One row a conversation and template. Pending, it waits for the template's current version; `attempt` is the one whose
    verdicts are current, also while a newer one is pending. `queued_at` is when a worker was last told of it.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="evaluations", db_index=False)
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="evaluations")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempt = models.OneToOneField("Attempt", null=True, on_delete=models.PROTECT, related_name="current_for")
    queued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "template"], name="evaluation_once"),
            models.CheckConstraint(condition=~Q(state="done") | Q(attempt__isnull=False), name="done_has_an_attempt"),
        ]
        indexes = [
            models.Index(fields=["template", "id"], condition=Q(state="pending"), name="evaluation_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} x {self.template_id}: {self.state}"


class Attempt(models.Model):
    """One scoring of one revision of a conversation; its verdicts are facts. Append-only."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    scoring = models.ForeignKey(Scoring, on_delete=models.PROTECT, related_name="attempts")
    revision = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.evaluation_id} attempt {self.number}"


class Verdict(models.Model):
    """One behaviour in one attempt, with its proof. Append-only: the database refuses changes.

    `evidence` is a list of `{turn, start, end, quote, at}`, best first; `missed` is `{turn, at, better}` or null.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="verdicts", db_index=False)
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="verdicts")
    outcome = models.CharField(max_length=14, choices=[(o.value, o.value) for o in Outcome])
    probability = models.FloatField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    reason = SealedText(blank=True, repeats=True)
    evidence = SealedJson(default=list)
    missed = SealedJson(null=True)
    dropped_quotes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "behaviour"], name="verdict_once"),
            models.CheckConstraint(condition=Q(outcome__in=list(Outcome)), name="verdict_known_outcome"),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=1),
                name="verdict_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.behaviour_id} {self.outcome}"


class Review(models.Model):
    """A human's answer to the same question. Append-only: the database refuses changes.

    `rank` orders answers by how considered they are (0 first). `fingerprint` makes adding the same answer twice harmless.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="reviews")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ReviewKind])
    rank = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=14)
    reviewer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewer_name = models.CharField(max_length=200, blank=True)
    reviewed_at = models.DateTimeField()
    turns = models.JSONField(default=list)
    quotes = SealedJson(null=True, help_text="the words that show it: turn, start, end, quote")
    note = SealedText(null=True)
    sampling_probability = models.FloatField(null=True)
    fingerprint = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "behaviour", "rank", "-reviewed_at", "-id"], name="review_best")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE]),
                name="review_decides",
            ),
            models.CheckConstraint(condition=Q(kind__in=list(ReviewKind)), name="review_known_kind"),
            models.CheckConstraint(
                condition=Q(sampling_probability__isnull=True)
                | Q(sampling_probability__gt=0, sampling_probability__lte=1),
                name="review_sampling_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.behaviour_id} {self.outcome} by {self.reviewer_name}"
