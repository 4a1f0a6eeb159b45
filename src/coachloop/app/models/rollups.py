from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Agent, Team
from coachloop.app.models.templates import Behaviour, TemplateVersion


class AgentDay(models.Model):
    """Counts of effective verdicts by agent, behaviour, day, mix (queue, direction) and template version.

    Rebuilt from the facts, a whole agent-day at a time; never added to.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=200, blank=True)
    direction = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="+")
    met = models.PositiveIntegerField()
    not_met = models.PositiveIntegerField()
    not_applicable = models.PositiveIntegerField()
    unscored = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "behaviour", "day", "team", "queue", "direction", "version"], name="cell_once"
            ),
            models.UniqueConstraint(
                fields=["agent", "behaviour", "day", "queue", "direction", "version"],
                condition=Q(team__isnull=True),
                name="cell_without_team_once",
            ),
        ]
        indexes = [
            models.Index(fields=["behaviour", "day"]),
            models.Index(fields=["day"]),
            # Holds what a grid of rates adds up, so that a page of a large centre reads the index alone.
            models.Index(
                fields=["agent", "behaviour", "day", "met", "not_met", "not_applicable", "unscored"],
                name="agent_day_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.behaviour_id} {self.day}: {self.met} of {self.met + self.not_met}"


class DirtyDay(models.Model):
    """An agent-day whose counts no longer match the facts.

    Each writer adds a row of its own: a shared row could be swept by a refresh that does not yet see the writer's facts.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.agent_id} {self.day}"


class PackedDay(models.Model):
    """The counts of one day, packed: whoever works with those of a year reads a row a day instead of millions.

    A row of AgentDay is written and deleted, never changed, and no number is given twice: as long as the day has as many rows and
    their numbers add up to the same, this is what they say. `rows` is 0 where the day was counted again and is still to be packed:
    whatever writes or deletes AgentDay says so in the same transaction, because pages take a packed day at its word.
    """

    day = models.DateField(unique=True)
    rows = models.PositiveIntegerField()
    numbers = models.BigIntegerField()
    mixes = models.JSONField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.day}: {self.rows}"


class PastCount(models.Model):
    """What conversations that were deleted added to the counts of an agent-day: no words, nobody but the agent. Figures stay by it.

    Several rows may be about the same cell: each deletion adds its own. Whoever counts an agent-day anew adds them to the facts.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    behaviour = models.ForeignKey(Behaviour, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    queue = models.CharField(max_length=200, blank=True)
    direction = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    met = models.PositiveIntegerField()
    not_met = models.PositiveIntegerField()
    not_applicable = models.PositiveIntegerField()
    unscored = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["agent", "day"], name="past_count_of_day")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.behaviour_id} {self.day}: {self.met} of {self.met + self.not_met}, gone"
