from django.db import models
from django.db.models import F, Q

from coachloop.app.models.people import Agent, Site, User
from coachloop.app.models.templates import Behaviour


class DriftAlert(models.Model):
    """An agent's rate on a behaviour has really gone down; raised once, until it is resolved.

    The counts are those since the onset, brought up to date while it is open; `baseline` is what the agent would usually have
    reached in the same calls. `resolution` says what ended it; resolved by coaching, it is not raised again for the same slide.
    """

    class Resolution(models.TextChoices):
        """What ended it."""

        RECOVERED = "recovered"
        SETTLED = "settled"
        RESTARTED = "restarted"
        SESSION = "session"
        HUDDLE = "huddle"
        WORKSHOP = "workshop"
        LEFT = "left"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drift_alerts")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="drift_alerts")
    onset = models.DateField()
    signalled_on = models.DateField()
    raised_at = models.DateTimeField()
    met = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    low = models.FloatField()
    high = models.FloatField()
    baseline = models.FloatField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=10, choices=Resolution, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "behaviour"], condition=Q(resolved_at__isnull=True), name="one_open_drift_alert"
            ),
            models.CheckConstraint(condition=Q(met__lte=F("n")), name="drift_met_of_n"),
            models.CheckConstraint(condition=Q(signalled_on__gte=F("onset")), name="drift_signal_after_onset"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} slipped on {self.behaviour_id} since {self.onset}"


class DriftBudget(models.Model):
    """How many false drift alerts a month a site puts up with, and the last day for which it looked; one row a site."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="drift_budget")
    per_hundred = models.FloatField(default=1.0, help_text="for each hundred pairs of agent and behaviour")
    per_team = models.FloatField(default=1.0, help_text="for each team")
    looked_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(per_hundred__gt=0, per_team__gt=0), name="drift_budget_above_none")
        ]

    def __str__(self) -> str:
        return f"{self.per_hundred} of 100, {self.per_team} a team"
