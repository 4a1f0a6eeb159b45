from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Agent, Team, User
from coachloop.app.models.sealed import SealedText
from coachloop.app.models.templates import Template


class ReportChoice(models.Model):
    """What somebody wants to be told, by which ways, at which local time; one row a person and kind of report.

    `ways` holds `mail` and names of notification targets; the page always shows it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="report_choices")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("daily", "weekly", "plan", "moved", "monthly")])
    template = models.ForeignKey(Template, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.TimeField()
    ways = models.JSONField(default=list)
    on = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "template"], name="report_choice_once"),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(template__isnull=True), name="report_without_template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class RollOut(models.Model):
    """A daily report switched on for many, team by team in a random order that is kept: the controls of its effect."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    seed = models.BigIntegerField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "team"], name="roll_out_once")]

    def __str__(self) -> str:
        return f"{self.template_id} for {self.team_id} from {self.starts_on}"


class Message(models.Model):
    """Something that was to be sent: one row a person, kind, subject and way, so that nothing is sent twice.

    `about` names what it is about (`first-30-seconds:2026-05-04`, `session:12:3`). An unsent row is tried from `try_after` on;
    empty, it rests. `problem` says why it is not sent yet.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=200)
    way = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    text = SealedText()
    html = SealedText(blank=True)
    calendar = SealedText(blank=True, help_text="an iCalendar part, for invitations")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    try_after = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "about", "way"], name="message_once")]
        indexes = [models.Index(fields=["try_after"], condition=Q(sent_at__isnull=True), name="message_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} to {self.user_id}"


class CoachingRequest(models.Model):
    """An agent asks for coaching, in their own words."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="requests")
    words = SealedText()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(answered_at__isnull=True), name="one_open_request")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} asks"
