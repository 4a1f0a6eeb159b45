from django.db import models
from django.db.models import Q

from coachloop.app.models.coaching import Session
from coachloop.app.models.people import Programme, User


class SessionEffect(models.Model):
    """What a session moved, as it was last worked out; without an estimate `why` says what is missing.

    Rates and differences of rates, 0 to 1. `controls` is how many agents without a session it is compared with, effectively.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="measured")
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n_before = models.PositiveIntegerField()
    n_after = models.PositiveIntegerField()
    controls = models.FloatField(null=True)
    verdict = models.CharField(max_length=20)
    why = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(effect__isnull=True, low__isnull=True, high__isnull=True)
                | Q(effect__isnull=False, low__isnull=False, high__isnull=False),
                name="effect_with_its_interval",
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.verdict}"


class Figures(models.Model):
    """What is worked out once a day for pages to show: one row a kind, replaced as a whole.

    `day` is the last day that was counted.
    """

    kind = models.CharField(max_length=40, unique=True)
    day = models.DateField()
    data = models.JSONField()
    worked_out_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}"


class Valuation(models.Model):
    """What one more of an outcome is worth, and an hour of anybody's time costs; set by operations, in the centre's money."""

    outcome = models.CharField(max_length=200)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    value = models.FloatField()
    hour = models.FloatField()
    set_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0, hour__gte=0), name="valuation_is_no_debt"),
            models.UniqueConstraint(fields=["outcome", "programme"], name="valuation_once"),
            models.UniqueConstraint(
                fields=["outcome"], condition=Q(programme__isnull=True), name="valuation_undivided_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.value}"
