from django.db import models
from django.db.models import Q

from coachloop.app.models.conversations import Conversation, Revision
from coachloop.app.models.people import User
from coachloop.app.models.sealed import SealedJson, SealedText


class Audio(models.Model):
    """The recording of a conversation: what the file is, and how far its transcription has come.

    The file itself lies under its SHA-256 in the site's media; two conversations may have the same. `agent_channel` counts from 0;
    empty where one channel holds both. `postponed_at`: the transcriber could not be asked then. `copied` names the browser's copy, with what is masked muted in it.
    """

    class State(models.TextChoices):
        """How far it has come; `failed` says why in `reason`, and is not tried again by itself."""

        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="audio")
    sha256 = models.CharField(max_length=64)
    suffix = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    codec = models.CharField(max_length=40)
    seconds = models.FloatField()
    channels = models.PositiveSmallIntegerField()
    sample_rate = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    notes = models.JSONField(default=list)
    agent_channel = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    postponed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    transcriber = models.CharField(max_length=200, blank=True)
    copied = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="audio_waiting"),
            models.Index(fields=["sha256"]),
        ]

    def __str__(self) -> str:
        return f"recording of {self.conversation_id}"


class AudioPart(models.Model):
    """A stretch of one channel that is transcribed, kept until the whole recording is: whoever goes on begins after it."""

    audio = models.ForeignKey(Audio, on_delete=models.CASCADE, related_name="parts", db_index=False)
    channel = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    start = models.FloatField()
    end = models.FloatField()
    transcriber = models.CharField(max_length=200)
    language = models.CharField(max_length=20, blank=True)
    words = SealedJson()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audio", "channel", "number"], name="audio_part_once")]

    def __str__(self) -> str:
        return f"recording {self.audio_id}, channel {self.channel}, part {self.number}"


class Original(models.Model):
    """The words of a revision as they were said, where its document is masked; read to score, and by whoever may see originals."""

    revision = models.OneToOneField(Revision, primary_key=True, on_delete=models.CASCADE, related_name="original")
    document = SealedText(place="document")

    def __str__(self) -> str:
        return f"words of revision {self.revision_id}"


class Upload(models.Model):
    """A recording on its way in by the browser or the API, that can break off and go on; the bytes lie in the site's media."""

    key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    fields = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="+")
    refused = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"upload {self.key}"
