from django.db import models

from coachloop.app.models.templates import Behaviour, Template


class MatrixDay(models.Model):
    """One day's conversations x behaviours, packed (mapping of its arrays: `app.matrix`): what impact is computed from.

    Made from the facts when it is missed; thrown away whole when one of its agent-days is counted anew.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "day"], name="matrix_day_once")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.day}"


class ImpactRun(models.Model):
    """What was found about one outcome under one template when it was last looked at; replaced whole.

    `adjusted` lists what calls differ in and was allowed for; `chance` is how often the outcome came.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField()
    conversations = models.PositiveIntegerField()
    agents = models.PositiveIntegerField()
    chance = models.FloatField()
    adjusted = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "outcome"], name="impact_run_once")]

    def __str__(self) -> str:
        return f"{self.template_id} on {self.outcome}"


class ImpactEstimate(models.Model):
    """One behaviour's impact on the run's outcome; `left` says why it has none (core.stats.calls.Left), and then all is empty.

    `leads_by`, in days with calls, is empty where the behaviour does not move before the outcome.
    """

    run = models.ForeignKey(ImpactRun, on_delete=models.CASCADE, related_name="estimates")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    left = models.PositiveSmallIntegerField(default=0)
    n = models.PositiveIntegerField()
    agents = models.PositiveIntegerField()
    unscored = models.FloatField()
    effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    q_value = models.FloatField(null=True)
    survives = models.BooleanField()
    shrunken = models.FloatField()
    naive = models.FloatField(null=True)
    leads_by = models.FloatField(null=True)
    leads_low = models.FloatField(null=True)
    leads_high = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "behaviour"], name="impact_estimate_once")]

    def __str__(self) -> str:
        return f"{self.behaviour_id}: {self.effect}"
