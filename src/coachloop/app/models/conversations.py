from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Agent, Programme, Team
from coachloop.app.models.sealed import SealedText
from coachloop.core.model.conversation import COACHING


class Conversation(models.Model):
    """One call, chat or mail thread: what is asked about it in queries. Its words are in the current revision.

    One on the channel `coaching` has no agent and no team, by constraint: its `recording` says whose it is.
    `revision` 0 means scores came without a transcript. `day` is the local date at the site; empty without a start time.
    """

    key = models.CharField(max_length=200, unique=True)
    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    channel = models.CharField(max_length=200, blank=True)
    queue = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=200, blank=True)
    direction = models.CharField(max_length=200, blank=True)
    call_type = models.CharField(max_length=200, blank=True)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="conversations", db_index=False)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="conversations", db_index=False)
    customer_key = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    outcome = models.JSONField(null=True)
    turn_count = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    landed_at = models.DateTimeField()

    class Meta:
        # These and the constraints of the tables below begin with a key: an index of it alone would be kept twice.
        indexes = [
            models.Index(fields=["agent", "day"]),
            models.Index(fields=["team", "day"]),
            models.Index(fields=["started_at"], name="conversation_newest"),
            models.Index(
                fields=["programme", "day"], condition=Q(programme__isnull=False), name="conversation_of_programme"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(day__isnull=True, started_at__isnull=True) | Q(day__isnull=False, started_at__isnull=False),
                name="conversation_day_with_start",
            ),
            models.CheckConstraint(
                condition=~Q(channel=COACHING) | Q(agent__isnull=True, team__isnull=True),
                name="coaching_is_nobodys_call",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Revision(models.Model):
    """The line a conversation came in with, whole and as given; a replacement adds one and keeps the older."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    document = SealedText(place="document")
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id} revision {self.number}"


class Spoken(models.Model):
    """What a conversation says now, as plain words to search by; made by core.model.spoken, never shown.

    The database keeps the index: an FTS5 table of the same words on SQLite, by trigger, and a GIN index on PostgreSQL.
    """

    conversation = models.OneToOneField(Conversation, primary_key=True, on_delete=models.CASCADE, related_name="spoken")
    words = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.conversation_id}"
