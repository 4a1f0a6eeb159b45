from django.db import models

from coachloop.app.models.people import User


class Provisioned(models.Model):
    """Somebody as the company's directory describes them, beside what is theirs here: what it sent comes back as it was.

    `gone`: it deleted them; they are switched off, and it sees them no more.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="provisioned")
    user_name = models.CharField(max_length=254, unique=True)
    described = models.JSONField(default=dict)
    gone = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.user_name


class DirectoryGroup(models.Model):
    """A group of the company's directory, from which roles may follow."""

    name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    members = models.ManyToManyField(User, related_name="directory_groups")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
