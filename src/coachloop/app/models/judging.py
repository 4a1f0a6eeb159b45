from django.db import models

from coachloop.app.models.conversations import Conversation
from coachloop.app.models.sealed import SealedText


class JudgeReply(models.Model):
    """What a judge's model answered to one request, and what that cost: a request with the same content is not paid for twice.

    `digest` is the SHA-256 of everything that was asked, the model and its parameters; `cost` is in the currency of the
    configured prices. A reply goes with its conversation.
    """

    digest = models.CharField(max_length=64, unique=True)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=200)
    body = SealedText()
    tokens_in = models.PositiveIntegerField()
    tokens_out = models.PositiveIntegerField()
    cost = models.FloatField()
    asked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.model} {self.digest[:8]}"
