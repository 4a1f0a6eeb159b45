from django.db import models
from django.db.models import F, Q

from coachloop.app.models.people import Team, User


class Slot(models.Model):
    """Protected coaching time of a team: every week on this weekday at this time (site-local), from `first_day` on.

    One that ends says why, by constraint.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(help_text="ISO weekday, Monday is 1")
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=15)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "weekday", "starts", "first_day"], name="slot_once"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="slot_weekday"),
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=120), name="slot_minutes"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")), name="slot_ends_after"
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | ~Q(ended_because=""), name="slot_ends_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} on {self.weekday} at {self.starts}"


class SlotMove(models.Model):
    """One occurrence of a slot that was taken away, with the reason and its replacement.

    Both days are told as weekdays of the week of `monday` (its slot's, and `new_weekday`): no other week can be written down.
    """

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="moves")
    monday = models.DateField()
    reason = models.TextField()
    new_weekday = models.PositiveSmallIntegerField()
    new_starts = models.TimeField()
    moved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "monday"], name="slot_moved_once_a_week"),
            models.CheckConstraint(condition=~Q(reason=""), name="slot_move_has_a_reason"),
            models.CheckConstraint(
                condition=Q(new_weekday__gte=1, new_weekday__lte=7), name="slot_moved_within_its_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} in the week of {self.monday} to day {self.new_weekday}"


class LeaderAbsence(models.Model):
    """Days on which a leader is away; somebody stands in, the five-day clock does not wait."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="leader_absence_ends_after")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.first_day} to {self.last_day}"


class StandIn(models.Model):
    """Who leads a team in its leader's place, on which days."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="stand_ins")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="stands_in")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="stand_in_ends_after")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.team_id} {self.first_day} to {self.last_day}"


class BusyTime(models.Model):
    """A time at which somebody has something else, read from a calendar of theirs."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_ends_after")]
        indexes = [models.Index(fields=["user", "starts_at"], name="busy_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at}"


class CalendarLink(models.Model):
    """A person's private feed of their sessions (by a token whose hash is kept), and the address their busy times come from."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_link")
    token_hash = models.CharField(max_length=64, blank=True)
    busy_address = models.URLField(max_length=500, blank=True)
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="calendar_token_once")
        ]

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"
