from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Programme


class Template(models.Model):
    """A set of behaviours under a key that stays; `current` is the version that scores now, in its own programme alone."""

    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="templates")
    current = models.ForeignKey("TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.title


class TemplateVersion(models.Model):
    """One version's text. A draft may change; once published the database refuses any change of the text."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_once"),
            models.UniqueConstraint(fields=["template"], condition=Q(published_at__isnull=True), name="one_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}@{self.number}"


class Behaviour(models.Model):
    """A behaviour's identity, stable across versions, with what queries need of its published definition."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="behaviours")
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    target = models.FloatField(null=True)
    weight = models.FloatField(default=1)
    critical = models.BooleanField(default=False)
    good = models.TextField(blank=True)
    why = models.TextField(blank=True)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "key"], name="behaviour_once"),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gt=0, target__lte=1), name="behaviour_target_is_a_rate"
            ),
        ]

    def __str__(self) -> str:
        return self.title
