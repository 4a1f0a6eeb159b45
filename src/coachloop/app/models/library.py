from django.db import models
from django.db.models import F, Q

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.people import Agent, Team, User
from coachloop.app.models.sealed import SealedText
from coachloop.app.models.templates import Behaviour


class Clip(models.Model):
    """A snippet that shows a behaviour done perfectly: a few turns around the proof, shared with the agent's consent.

    Turns are 0-based and inclusive, of the stored `revision`. Withdrawn consent hides it at once, everywhere. A yes to the words is no
    yes to the voice: that has a time of its own.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="clips")
    revision = models.PositiveIntegerField()
    behaviour = models.ForeignKey(Behaviour, on_delete=models.PROTECT, related_name="clips")
    first_turn = models.PositiveIntegerField()
    last_turn = models.PositiveIntegerField()
    proof_turn = models.PositiveIntegerField()
    title = SealedText()
    why_good = SealedText()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True)
    voice_consented_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "behaviour", "proof_turn"], name="clip_once"),
            models.CheckConstraint(
                condition=Q(voice_consented_at__isnull=True) | Q(consented_at__isnull=False, withdrawn_at__isnull=True),
                name="clip_voice_with_its_words",
            ),
            models.CheckConstraint(
                condition=Q(last_turn__gte=F("first_turn"), proof_turn__gte=F("first_turn"))
                & Q(proof_turn__lte=F("last_turn")),
                name="clip_holds_its_proof",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)


class ClipShare(models.Model):
    """A clip shown to an agent, or to a team."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="shares")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    shared_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agent__isnull=False, team__isnull=True) | Q(agent__isnull=True, team__isnull=False),
                name="clip_shared_with_one",
            ),
            models.UniqueConstraint(fields=["clip", "agent"], name="clip_shared_once_with_an_agent"),
            models.UniqueConstraint(fields=["clip", "team"], name="clip_shared_once_with_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.clip_id} shared"


class ClipView(models.Model):
    """Somebody saw a clip; the first time and how often."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="views")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clip", "user"], name="clip_view_once")]

    def __str__(self) -> str:
        return f"{self.clip_id} seen by {self.user_id}"
