from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from coachloop.core.model.people import Role


class Site(models.Model):
    """A place with its own zone, working days and public holidays."""

    name = models.CharField(max_length=200, unique=True)
    timezone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code for public holidays; empty for none")
    subdivision = models.CharField(max_length=10, blank=True)
    working_days = models.CharField(max_length=7, default="12345", help_text="ISO weekdays, Monday is 1")
    session_minutes = models.PositiveSmallIntegerField(default=15)
    developmental_weeks = models.PositiveSmallIntegerField(
        default=6, help_text="every agent is offered a developmental conversation this often"
    )
    dispute_days = models.PositiveSmallIntegerField(
        default=10, help_text="working days after a verdict landed in which an agent may challenge it"
    )
    decide_days = models.PositiveSmallIntegerField(
        default=5, help_text="working days in which a challenge is to be decided"
    )
    suggestions_noted_on = models.DateField(null=True, help_text="the last day whose suggestions are noted")

    def __str__(self) -> str:
        return self.name


class SiteClosure(models.Model):
    """A day on which the site is closed beside its public holidays."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="one_closure_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Programme(models.Model):
    """One client of an outsourcer, apart from all others: nobody sees two of them at once.

    A site that has none is one programme, undivided. The first one that is made takes over all that is there.
    """

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """Somebody who signs in. `sees_originals`: they may read what is masked, in calls that they may see.

    `external_id` is what the directory that provisions people calls them.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    sees_originals = models.BooleanField(default=False)
    external_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = BaseUserManager()

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role somebody holds: in one programme, or without one in all of them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="grants")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(programme__isnull=True), name="a_role_everywhere_once"
            ),
            models.UniqueConstraint(fields=["user", "role", "programme"], name="a_role_once"),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="grant_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Team(models.Model):
    """Agents with one leader."""

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="teams")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    leader = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="led_teams")

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """Somebody who talks to customers, known by the id that exports use; may or may not sign in.

    `team` is where they are now: by their newest membership, else the one that the newest dated conversation named, `team_since` that
    conversation's day. Not `known`, they were met in a conversation, and nobody has said yet who they are.
    """

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="agents")
    known = models.BooleanField(default=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="agents")
    team_since = models.DateField(null=True)
    joined_on = models.DateField(null=True, help_text="first day at the centre, where the site records it")
    left_on = models.DateField(null=True, help_text="last day at the centre, of somebody who left")
    place_from = models.DateField(
        null=True, help_text="calls without a team are still to follow them, from this day on"
    )
    user = models.OneToOneField(User, null=True, on_delete=models.SET_NULL, related_name="agent")

    def __str__(self) -> str:
        return self.name


class AgentAlias(models.Model):
    """Another id by which exports know an agent: what comes in under it is theirs."""

    key = models.CharField(max_length=200, unique=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return f"{self.key} is {self.agent_id}"


class Membership(models.Model):
    """Days on which an agent belongs to a team, as the centre records it; open-ended where a day is empty."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__isnull=True) | Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="membership_ends_after",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(last_day__isnull=True), name="one_membership_without_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.team_id} from {self.first_day} to {self.last_day}"


class Absence(models.Model):
    """Days on which an agent is away: they do not count on the five-day clock."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_ends_after"),
            models.UniqueConstraint(fields=["agent", "first_day", "last_day"], name="absence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.first_day} to {self.last_day}"
