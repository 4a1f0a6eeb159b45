from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Agent, User
from coachloop.app.models.sealed import SealedText
from coachloop.app.models.templates import Behaviour
from coachloop.core.coaching.gathering import GatheringKind


class Gathering(models.Model):
    """A huddle (five minutes on one behaviour) or a workshop (one behaviour, several agents), with who attended."""

    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in GatheringKind])
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="gatherings")
    planned_for = models.DateTimeField(null=True)
    held_on = models.DateField(null=True)
    minutes = models.PositiveSmallIntegerField()
    led_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    led_by_name = models.CharField(max_length=200, blank=True)
    note = SealedText(blank=True)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(GatheringKind)), name="gathering_known_kind"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(held_on__isnull=True), name="gathering_held_or_cancelled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.behaviour_id}"


class Attendance(models.Model):
    """An agent invited to a gathering; `present` is empty until it is held."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="attendances")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="attendances")
    present = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "agent"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} at {self.gathering_id}"
