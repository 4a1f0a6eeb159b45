from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Programme, User
from coachloop.app.models.sealed import SEARCH, WORDS


class Retention(models.Model):
    """How many days a kind of data is kept, in a programme or without one everywhere."""

    kind = models.CharField(max_length=40)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    days = models.PositiveIntegerField()
    set_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "programme"], name="retention_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(programme__isnull=True), name="retention_everywhere_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.days} days"


class Erasure(models.Model):
    """That somebody was erased, and what went: the certificate. Whom is kept as a keyed digest alone.

    `left` is what is still to be gone through; killed on the way, it goes on.
    """

    kind = models.CharField(max_length=20, choices=[("customer", "customer"), ("agent", "agent")])
    digest = models.CharField(max_length=64)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    left = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"erasure {self.pk} of a {self.kind}"


class DataKey(models.Model):
    """A key that words are encrypted with, itself encrypted with one of the site's: a new key of the site changes these few rows alone.

    What is written is encrypted with the newest; what is read says by its beginning with which.
    """

    name = models.CharField(max_length=8, unique=True)
    purpose = models.CharField(max_length=6, choices=[(WORDS, WORDS), (SEARCH, SEARCH)])
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=12, help_text="the mark of the site's key")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"data key {self.name} for {self.purpose}"
