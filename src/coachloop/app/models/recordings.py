from django.db import models
from django.db.models import Q

from coachloop.app.models.coaching import Session
from coachloop.app.models.conversations import Conversation
from coachloop.app.models.people import User


class SessionRecording(models.Model):
    """What was said in a session, handed in to be scored because both people in it agreed.

    `leader` is whose conversation it was: nobody else sees it, until it is shared. Taken back, its conversation is erased with
    all that was found in it; the row stays, to say so. One a session at a time, by constraint.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="recordings")
    conversation = models.OneToOneField(Conversation, null=True, on_delete=models.SET_NULL, related_name="recording")
    leader = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_agent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(conversation__isnull=False), name="one_recording_a_session"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(conversation__isnull=True), name="withdrawn_is_erased"
            ),
        ]

    def __str__(self) -> str:
        return f"recording of session {self.session_id}"
