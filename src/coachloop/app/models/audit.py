from django.db import models


class AuditEntry(models.Model):
    """Who did what to what, once a command. Append-only: the database refuses changes."""

    at = models.DateTimeField()
    actor = models.ForeignKey("coachloop.User", null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=254)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=260)
    detail = models.JSONField(default=dict)
    once = models.CharField(max_length=400, null=True, unique=True)  # noqa: DJ001 -- NULLs may repeat under unique

    class Meta:
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["actor", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject}"
