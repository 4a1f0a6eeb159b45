from django.db import models


class AuditEntry(models.Model):
    """Who did what to what, once a command. Append-only: the database refuses changes.

    Without a programme it concerns all of them, and is for those who keep all.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey("coachloop.User", null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=254)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=260)
    detail = models.JSONField(default=dict)
    programme = models.ForeignKey("coachloop.Programme", null=True, on_delete=models.PROTECT, related_name="+")
    once = models.CharField(max_length=400, null=True, unique=True)  # noqa: DJ001 -- NULLs may repeat under unique

    class Meta:
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["actor", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject}"


class AuditSeal(models.Model):
    """An entry's place in the chain: each hash covers the entry and the hash before it, so a change shows in all that follow.

    Append-only. Sealed by one process at a time, soon after the entry is written. The hash leaves out a person's name, which erasure takes.
    """

    number = models.PositiveBigIntegerField(unique=True)
    entry = models.BigIntegerField(unique=True, help_text="the entry's id; the seal stays where the entry goes")
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number}: {self.sha256[:12]}"
