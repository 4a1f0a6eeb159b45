"""What can be wrong with a running site, looked at in its database: one small function each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection
from django.db.models import Q

from coachloop.app.models import (
    Agent,
    Conversation,
    Evaluation,
    Message,
    Programme,
    Site,
    Team,
    Template,
    User,
)
from coachloop.app.queries.encryption import finding as encryption
from coachloop.app.queries.health import Finding
from coachloop.app.queries.machines import key
from coachloop.app.queries.operating import backed_up_at
from coachloop.app.queries.partitions import by_month
from coachloop.app.queries.pooler import pooler
from coachloop.app.queries.readiness import worker_age
from coachloop.core.model.people import Role

type Check = Callable[[datetime], Finding]

SKEW = timedelta(seconds=5)
SILENT = timedelta(minutes=5)
BACKUP_EVERY = timedelta(days=2)
OLDEST_POSTGRES = 150_000
CODES: str = "mfa.Authenticator"


def encoding(now: datetime) -> Finding:
    """Whether every letter can be stored."""
    del now
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding" if connection.vendor == "postgresql" else "PRAGMA encoding")
        found = str(cursor.fetchone()[0])
    way_out = "make a database with ENCODING 'UTF8' and restore a backup there"
    fine = found.upper().replace("-", "") == "UTF8"
    return _finding("encoding", fine, found, f"{found}: names and words in other letters can't be stored", way_out)


def server_version(now: datetime) -> Finding:
    """Whether the database's server is one that is still looked after."""
    del now
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT sqlite_version()")
            return Finding("database version", ok=True, seen=f"SQLite {cursor.fetchone()[0]}")
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
    seen = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    return _finding(
        "database version", number >= OLDEST_POSTGRES, seen, f"{seen} gets no corrections", "PostgreSQL 15 or newer"
    )


def clock(now: datetime) -> Finding:
    """Whether this machine and the database's agree on the time: who is late, and which worker lives, hangs on it."""
    if connection.vendor != "postgresql":
        return Finding("clock", ok=True, seen="the database is on this machine")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(cursor.fetchone()[0] - now)
    seen = f"{apart.total_seconds():.1f} seconds from the database's"
    wrong = f"{seen}: workers take each other for dead, and days begin at different moments"
    return _finding(
        "clock", apart < SKEW, seen, wrong, "let both machines keep time by NTP (timedatectl, chronyc tracking)"
    )


def zones(now: datetime) -> Finding:
    """Whether the zones of all sites are known here, by this machine's data."""
    del now
    named = set(Site.objects.values_list("timezone", flat=True))
    unknown = sorted(named - available_timezones())
    wrong = f"{', '.join(unknown)}: no page that shows a time can be answered"
    return _finding(
        "time zones",
        not unknown,
        ", ".join(sorted(named)),
        wrong,
        "install the newest tzdata, or `coachloop init --timezone ZONE`",
    )


def public_holidays(now: datetime) -> Finding:
    """Whether the holidays of next year are known: without them the five-day clock runs on through them."""
    import holidays  # noqa: PLC0415 -- a quarter of a second

    without = []
    for site in Site.objects.exclude(country=""):
        try:
            found = holidays.country_holidays(
                site.country, subdiv=site.subdivision or None, years=[now.year, now.year + 1]
            )
            known = len(found) > 0
        except NotImplementedError:
            known = False
        if not known:
            without.append(f"{site.name} ({site.country}{site.subdivision and f'-{site.subdivision}'})")
    wrong = f"none known for {', '.join(without)}: the five-day clock runs on through them"
    way_out = "`coachloop init --country CODE --region CODE`, or `coachloop import closures`"
    return _finding("holidays", not without, "known", wrong, way_out)


def worker(now: datetime) -> Finding:
    """Whether somebody does the work that waits, and how far behind they are."""
    pending = Evaluation.objects.filter(state=Evaluation.State.PENDING)
    oldest = pending.order_by("id").values_list("conversation__landed_at", flat=True).first()
    told = Message.objects.filter(sent_at__isnull=True, try_after__lt=now - SILENT).order_by("created_at").first()
    asked = (("a call", oldest), ("a message", told and told.created_at))
    waits = [(at, what) for what, at in asked if at and now - at > SILENT]
    age = worker_age(now)
    heard = "never heard of" if age == timedelta.max else f"heard of {age.total_seconds():.0f} seconds ago"
    behind = f"; {min(waits)[1]} has waited for {_long(now - min(waits)[0])}" if waits else ""
    wrong = f"{heard}{behind}: nothing is scored, nobody is told"
    return _finding(
        "worker",
        age < SILENT or not waits,
        f"{heard}{behind}",
        wrong,
        "start `coachloop serve` or `coachloop worker`; its log says why it ended",
    )


def admins(now: datetime) -> Finding:
    """Whether anybody can change who may do what, and whether a password alone lets one in there."""
    del now
    people = User.objects.filter(grants__role=Role.ADMIN, is_active=True).distinct()
    if not User.objects.exists():
        return Finding("admins", ok=True, seen="nobody is here yet")
    if not people.exists():
        wrong = "none: nobody can add people, or read the audit log"
        return Finding("admins", ok=False, seen=wrong, way_out="`coachloop people add FILE` with the role admin")
    if not apps.is_installed("allauth.mfa"):
        return Finding("admins", ok=True, seen=f"{people.count()}")
    signs_in = people.exclude(Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX))
    with_codes = {row["user"] for row in apps.get_model(CODES)._default_manager.values("user")}  # noqa: SLF001
    without = signs_in.exclude(pk__in=with_codes)
    names = ", ".join(without.order_by("email").values_list("email", flat=True)[:5])
    wrong = f"without a second factor: {names}; a guessed password opens everything"
    return _finding(
        "admins",
        not without.exists(),
        f"{people.count()}",
        wrong,
        "COACHLOOP_MFA=admin, or each sets one up under their name",
    )


def programmes(now: datetime) -> Finding:
    """Whether everything of a divided site belongs to a programme: nobody sees what does not."""
    del now
    if not Programme.objects.exists():
        return Finding("programmes", ok=True, seen="the site is not divided")
    tables = {"teams": Team, "agents": Agent, "templates": Template, "conversations": Conversation}
    lost = {what: table._default_manager.filter(programme=None).count() for what, table in tables.items()}  # noqa: SLF001
    # Coaching conversations are nobody's calls, and belong to whom their recording says.
    seen = ", ".join(f"{count:,} {what}" for what, count in lost.items() if count)
    wrong = f"{seen} belong to none: nobody but the command line sees them"
    return _finding("programmes", not seen, f"{Programme.objects.count()}", wrong, "give them one: docs/people.md")


def backup(now: datetime) -> Finding:
    """Whether there is a copy of what somebody would miss."""
    last = backed_up_at()
    if last is not None:
        seen = f"{last:%Y-%m-%d %H:%M} UTC"
        wrong = f"the newest is of {seen}: what came since would be lost with this disk"
        return _finding(
            "backup",
            now - last < BACKUP_EVERY,
            seen,
            wrong,
            "run `coachloop backup FOLDER` every night, and look at what it says",
        )
    return Finding(
        "backup", ok=True, seen="none by `coachloop backup`", way_out="`coachloop backup FOLDER`, every night"
    )


def _long(time: timedelta) -> str:
    """How long somebody waits, as people say it."""
    minutes = int(time.total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            return f"{minutes // size} {name}{'' if minutes // size == 1 else 's'}"
    return f"{minutes} minutes"


def _finding(check: str, ok: bool, seen: str, wrong: str, way_out: str) -> Finding:  # noqa: FBT001, PLR0917 -- one line a check
    return Finding(check, ok=ok, seen=seen if ok else wrong, way_out="" if ok else way_out)


CHECKS: tuple[Check, ...] = (
    server_version, encoding, clock, zones, public_holidays, worker, admins, programmes, backup, key, encryption, by_month, pooler,
)  # fmt: skip
