from django.db import models
from django.db.models import Q

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.people import Programme, User


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


class ConversationKey(models.Model):
    """The key that a conversation's words are encrypted with, itself encrypted with the site's; a new key of the site changes this alone."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="data_key"
    )
    wrapped = models.BinaryField()
    site_key = models.CharField(max_length=40, help_text="which of the site's keys it is encrypted with")

    def __str__(self) -> str:
        return f"key of {self.conversation_id}"
