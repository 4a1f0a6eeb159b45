from django.db import models
from django.db.models import Q

from coachloop.app.models.people import Programme, User
from coachloop.app.models.sealed import SealedText


class ApiToken(models.Model):
    """A key by which a program acts as somebody, with no more than its scopes; only its digest is kept.

    `hint` is its beginning, to tell tokens apart. With a programme it reaches no other.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.hint}… of {self.user_id}"


class Answered(models.Model):
    """What a request with an idempotency key was answered: the same key again gets the same answer, and nothing is done twice.

    `status` is empty while the first request is under way.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True)
    body = SealedText(blank=True)
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answered_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}: {self.status}"


class Allowance(models.Model):
    """How much of something with a limit was used in a span of time, counted by all processes together."""

    name = models.CharField(max_length=200)
    begins_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "begins_at"], name="allowance_once")]

    def __str__(self) -> str:
        return f"{self.name} from {self.begins_at}: {self.used}"


class Event(models.Model):
    """Something that other systems want to know. `number` is given by one process at a time, in the order in which it is seen.

    Readers go by `number`, never by id: rows may become visible in another order than that of their ids.
    """

    number = models.PositiveBigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=260)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(number__isnull=True), name="event_unnumbered")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject}"


class EventCount(models.Model):
    """The last number that an event got, one row; whoever numbers more locks it. Deleted events leave it as it is."""

    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Webhook(models.Model):
    """An address that is told of events, signed with its secret; `after` is the last event it was given.

    `secret` is encrypted with a key of the site's. `old_secret` signs beside it until `old_until`. After failures it rests until
    `rests_until`.
    """

    url = models.URLField(max_length=1000)
    secret = models.CharField(max_length=200)
    kinds = models.JSONField(default=list, help_text="empty: all")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    after = models.PositiveBigIntegerField(default=0)
    old_secret = models.CharField(max_length=200, blank=True)
    old_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    switched_off_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """An event on its way to an address. It is tried from `try_after` on; empty, it has arrived or is given up.

    Delivered once and told to go again, it keeps its row: the id that the receiver sees stays the same.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    tries = models.PositiveSmallIntegerField(default=0)
    try_after = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once")]
        indexes = [models.Index(fields=["try_after"], condition=Q(try_after__isnull=False), name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.webhook_id}"
