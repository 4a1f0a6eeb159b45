"""What is set up, reachable and missing; each finding with the way out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from coachloop.app.models import Behaviour, Conversation, DirtyDay, Evaluation, Site, Template, User
from coachloop.core.model.conversation import COACHING

NEWEST = 1000
WHICH = ("channel", "queue", "language", "direction")
"""What a template's `applies_to` goes by."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it is as it should be, what was seen, and what to do where it is not."""

    check: str
    ok: bool
    seen: str
    way_out: str = ""


def is_set_up() -> bool:
    """Whether the database has its tables and the site."""
    try:
        return Site.objects.exists()
    except DatabaseError:
        return False


def has_conversations() -> bool:
    """Whether anything has been taken in."""
    return Conversation.objects.exists()


def has_people() -> bool:
    """Whether anybody can sign in."""
    return User.objects.exists()


def findings(available_scorers: Callable[[], frozenset[str]]) -> list[Finding]:
    """Everything that can be found out from here, worst first within its place; who scores only where its tables are there."""
    found = [_database()]
    if not found[0].ok or not is_set_up():
        return [*found, Finding("site", ok=False, seen="not set up", way_out="run `coachloop init`")]
    migrations = _migrations()
    if not migrations.ok:
        return [*found, migrations]
    return [*found, migrations, _site(), _people(), _templates(), _scorers(available_scorers()), _work()]


def _database() -> Finding:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Finding("database", ok=False, seen=str(error), way_out="check DATABASE_URL and that the server runs")
    return Finding("database", ok=True, seen=connection.vendor)


def _migrations() -> Finding:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except (CommandError, SystemExit):
        return Finding("migrations", ok=False, seen="some are not applied", way_out="run `coachloop init`")
    return Finding("migrations", ok=True, seen="all applied")


def _site() -> Finding:
    site = Site.objects.order_by("id").first()
    seen = f"{site.name}, {site.timezone}, {_holidays(site)}" if site else "none"
    return Finding("site", ok=site is not None, seen=seen, way_out="" if site else "run `coachloop init`")


def _holidays(site: Site) -> str:
    return "-".join(filter(None, (site.country, site.subdivision))) or "no public holidays"


def _people() -> Finding:
    count = User.objects.count()
    way_out = "" if count else "add people with `coachloop people add FILE` and give them a password"
    return Finding("people", ok=count > 0, seen=f"{count} may sign in", way_out=way_out)


def _templates() -> Finding:
    keys = list(Template.objects.filter(current__isnull=False).order_by("key").values_list("key", flat=True))
    if not keys:
        way_out = "`coachloop template add FILE`, then `coachloop template publish KEY`"
        return Finding("templates", ok=False, seen="published: none", way_out=way_out)
    found = no_template()
    seen = f"published: {', '.join(keys)}" + (f"; {found.seen}" if found else "")
    return Finding("templates", found is None or found.ok, seen, found.way_out if found else "")


def no_template() -> Finding | None:
    """Which of the newest conversations no template is for; not well where it is all of them, so that nothing is scored."""
    newest = Conversation.objects.order_by("-id").values("id", "turn_count", *WHICH)[:NEWEST]
    told = {row["id"]: row for row in newest if row["turn_count"] and row["channel"] != COACHING}
    looked_at = set(Evaluation.objects.filter(conversation_id__in=list(told)).values_list("conversation_id", flat=True))
    without = Counter(tuple(row[name] for name in WHICH) for key, row in told.items() if key not in looked_at)
    if not without:
        return None
    count, [(usual, _)] = without.total(), without.most_common(1)
    have = ", ".join(f"{name} {value}" for name, value in zip(WHICH, usual, strict=True) if value)
    return Finding(
        "templates",
        count < len(told),
        f"{count:,} of the newest {len(told):,} conversations fit no template, most of them with {have or 'no ' + ', '.join(WHICH)}",
        "`applies_to` of a template says which it is for: change it, or give channel and queue where conversations come in",
    )


def _scorers(available: frozenset[str]) -> Finding:
    return Finding("scorers", ok=bool(available), seen=", ".join(sorted(available)))


def _work() -> Finding:
    pending = Evaluation.objects.filter(state=Evaluation.State.PENDING).count()
    dirty = DirtyDay.objects.count()
    calls, behaviours = Conversation.objects.count(), Behaviour.objects.filter(retired=False).count()
    seen = f"{calls:,} conversations, {behaviours} behaviours; {pending:,} to score, {dirty:,} counts to refresh"
    way_out = "`coachloop score` does it now; a worker inside `coachloop serve` does it by itself"
    return Finding("work", ok=True, seen=seen, way_out=way_out if pending or dirty else "")
