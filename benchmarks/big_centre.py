"""A site filled with a year of a large centre, by bulk SQL: roll-ups and packed days for all of it, calls and verdicts of the last weeks.

Used by insight_speed.py, on SQLite and PostgreSQL. What `import scores` and scoring would have left is written directly, because a year
of it takes hours.
"""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from coachloop.simulation.centre import OUTCOME, Centre, Coached, Move, Plan, Slide, simulate

TEMPLATE = "year"
OPERATIONS, QA, LEADER = "operations@example.org", "qa@example.org", "leader@example.org"
DIRECTION = "inbound"
QUOTE = '[{"at": 31.4, "end": 61, "quote": "I am calling because you asked what your home is worth", "start": 6, "turn": 4}]'
MISSED = '{"at": 58.2, "better": "Before we talk about the price: what matters most to you?", "turn": 9}'
"""As long as those of real calls are on average."""


def plan(*, agents: int, behaviours: int, days: int, start: date, rng: np.random.Generator) -> Plan:
    """20 million verdicts at 500 agents, 20 behaviours and 261 days; slides, moves and sessions as a year brings them."""
    who = rng.permutation(agents)
    sessions = np.unique(rng.integers(0, [agents, behaviours, days], (agents * 12, 3)), axis=0)
    return Plan(
        agents=agents,
        teams=max(1, agents // 12),
        behaviours=behaviours,
        days=days,
        start=start,
        calls_a_day=7.67,
        queue_effects=(0.0, -0.7),
        slides=tuple(Slide(int(a), int(a) % behaviours, int(rng.integers(days)), 10, 0.25) for a in who[: agents // 5]),
        moves=tuple(Move(int(a), int(rng.integers(days)), int(rng.integers(2))) for a in who[-agents // 10 :]),
        coached=tuple(Coached(int(a), int(b), int(d), 0.1) for a, b, d in sessions),
    )


def fill(*, agents: int, behaviours: int, days: int, last: date, weeks: int) -> dict[str, int]:
    """Fill a migrated, empty site; how many rows of what there are then."""
    from django.db import connection

    rng = np.random.default_rng(1)
    start = np.busday_offset(np.datetime64(last, "D"), 1 - days, roll="backward").item()
    centre = simulate(plan(agents=agents, behaviours=behaviours, days=days, start=start, rng=rng), rng)
    ids = _people(centre)
    _sessions(centre, ids)
    counts = {"conversations": len(centre), "verdicts": int(centre.applies.sum())}
    _packed(centre, ids)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    counts["cells"] = _cells(centre, ids)
    counts["stored calls"] = _facts(centre, ids, since=last - timedelta(weeks=weeks))
    return counts


class Ids:
    """Numbers in the database of the simulator's agents, teams and behaviours, as arrays."""

    def __init__(self, people: tuple[list[int], list[int]], behaviours: list[int], others: tuple[int, int]) -> None:
        self.agent, self.team, self.behaviour = (np.array(one, np.int64) for one in (*people, behaviours))
        self.template, self.version = others


def _people(centre: Centre) -> Ids:
    from coachloop.app.models import Agent, Behaviour, Grant, Site, Team, Template, TemplateVersion, User
    from coachloop.core.model.people import Role

    now = datetime.combine(centre.day[0].item(), time(), UTC)
    site = Site.objects.first()
    roles = {OPERATIONS: Role.OPERATIONS, QA: Role.QA_LEAD, LEADER: Role.TEAM_LEADER}
    users = {email: User.objects.create(email=email, name=email.split("@")[0].title()) for email in roles}
    for email, role in roles.items():
        Grant.objects.create(user=users[email], role=role)
    size = centre.plan
    teams = [
        Team.objects.create(key=f"team-{i + 1}", name=f"Team {i + 1}", site=site, leader=None if i else users[LEADER])
        for i in range(size.teams)
    ]
    agents = Agent.objects.bulk_create(
        Agent(key=key, name=f"Agent {i + 1}", team=teams[i % size.teams]) for i, key in enumerate(centre.agent_names)
    )
    template = Template.objects.create(key=TEMPLATE, title="A year")
    text = "\n".join(
        [f"key: {TEMPLATE}", "title: A year", "behaviours:"]
        + [
            f"  - {{key: {b}, title: {b}, question: Did they?, score_with: [{{phrases: {{any: [hello]}}}}]}}"
            for b in centre.behaviour_names
        ]
    )
    version = TemplateVersion.objects.create(
        template=template, number=1, text=text, sha256="0" * 64, added_at=now, published_at=now
    )
    Template.objects.filter(pk=template.pk).update(current=version)
    behaviours = Behaviour.objects.bulk_create(
        Behaviour(template=template, key=key, title=key.replace("_", " ").title(), position=i, target=0.85)
        for i, key in enumerate(centre.behaviour_names)
    )
    agent_ids, team_ids, behaviour_ids = ([one.pk for one in some] for some in (agents, teams, behaviours))
    return Ids((agent_ids, team_ids), behaviour_ids, (template.pk, version.pk))


def _sessions(centre: Centre, ids: Ids) -> None:
    from coachloop.app.models import Session, User

    leader, days = User.objects.get(email=LEADER), centre.plan.working_days
    Session.objects.bulk_create(
        (
            Session(
                agent_id=int(ids.agent[one.agent]),
                behaviour_id=int(ids.behaviour[one.behaviour]),
                kind="performance",
                status="imported",
                leader=leader if one.agent % centre.plan.teams == 0 else None,
                held_on=days[one.day].item(),
                created_at=datetime.combine(days[one.day].item(), time(9), UTC),
            )
            for one in centre.plan.coached
        ),
        batch_size=2000,
    )


def _packed(centre: Centre, ids: Ids) -> None:
    from coachloop.app.models import MatrixDay
    from coachloop.core.insight.matrix import Matrix, packed

    order = np.argsort(centre.day_index, kind="stable")
    edges = np.searchsorted(centre.day_index[order], np.arange(centre.plan.days + 1))
    mixes = tuple((queue, DIRECTION, "", "", "") for queue in centre.queue_names)
    for first, end in itertools.pairwise(edges):
        here = order[first:end]
        day = centre.day[here[0]].item()
        matrix = Matrix(
            agent=ids.agent[centre.agent[here]],
            mix=centre.queue[here],
            day=centre.day[here],
            codes=np.where(centre.applies[here], centre.verdict[here], 2).astype(np.int8),
            outcomes=centre.outcome[here, None].astype(np.float32),
            behaviours=ids.behaviour,
            mixes=mixes,
            names=(OUTCOME,),
        )
        MatrixDay.objects.create(template_id=ids.template, day=day, packed=packed(matrix))


def _cells(centre: Centre, ids: Ids) -> int:
    daily = centre.daily()
    queues, zero = np.array(centre.queue_names), np.zeros(len(daily), np.int64)
    columns = {
        "agent_id": ids.agent[daily.agent],
        "behaviour_id": ids.behaviour[daily.behaviour],
        "day": daily.day.astype(str),
        "team_id": ids.team[daily.team],
        "queue": queues[daily.mix],
        "direction": np.full(len(daily), DIRECTION),
        "version_id": zero + ids.version,
        "met": daily.met,
        "not_met": daily.not_met,
        "not_applicable": zero,
        "unscored": zero,
    }
    order = np.argsort(daily.day, kind="stable")
    _insert("coachloop_agentday", {name: column[order] for name, column in columns.items()})
    return len(daily)


def _facts(centre: Centre, ids: Ids, *, since: date) -> int:
    """Conversations, evaluations, attempts and verdicts from this day on; agents' days are numbered as in the roll-ups."""
    from django.db import transaction

    from coachloop.app.models import Scoring

    here = np.flatnonzero(centre.day > np.datetime64(since, "D"))
    n, b = len(here), centre.plan.behaviours
    day, outcome = centre.day[here].astype(str), centre.outcome[here]
    number = np.arange(1, n + 1)
    hour = np.char.add(day, " 09:00:00")
    words = np.where(outcome, f'{{"{OUTCOME}": true}}', f'{{"{OUTCOME}": false}}')
    same = {"channel": "voice", "language": "", "direction": DIRECTION, "call_type": "", "customer_key": ""}
    conversations = {
        "id": number,
        "key": np.char.add("call-", number.astype(str)),
        "queue": np.array(centre.queue_names)[centre.queue[here]],
        "agent_id": ids.agent[centre.agent[here]],
        "team_id": ids.team[centre.team[here]],
        "started_at": hour,
        "day": day,
        "outcome": words,
        "turn_count": np.full(n, 0),
        "revision": np.full(n, 0),
        "landed_at": hour,
        **{name: np.full(n, value) for name, value in same.items()},
    }
    Scoring.objects.create(pk=1, version_id=ids.version, scorers={}, digest="x")
    attempts = {"id": number, "evaluation_id": number, "scoring_id": np.full(n, 1), "revision": np.full(n, 0)}
    evaluations = {"id": number, "conversation_id": number, "template_id": np.full(n, ids.template)}
    verdict = np.where(centre.verdict[here], "met", "not_met")
    verdict[~centre.applies[here]] = "not_applicable"
    verdict = verdict.ravel()
    verdicts = {
        "attempt_id": np.repeat(number, b),
        "behaviour_id": np.tile(ids.behaviour, n),
        "outcome": verdict,
        "evidence": _Chosen(verdict == "met", QUOTE, "[]"),
        "missed": _Chosen(verdict == "not_met", MISSED, None),
        **{name: np.full(n * b, value) for name, value in {"decided_by": "phrases", "reason": ""}.items()},
        "dropped_quotes": np.full(n * b, 0),
    }
    with transaction.atomic():
        _insert("coachloop_conversation", conversations)
        _insert("coachloop_evaluation", {**evaluations, "state": np.full(n, "done"), "attempt_id": number})
        _insert("coachloop_attempt", {**attempts, "number": np.full(n, 1), "stored_at": hour})
    _insert("coachloop_verdict", verdicts)
    return n


class _Chosen:
    """A column of one of two texts a row, without keeping them all at once."""

    def __init__(self, which: np.ndarray, yes: str | None, no: str | None) -> None:
        self.which, self.texts = which, (no, yes)

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, rows: slice) -> np.ndarray:
        return np.array(self.texts, object)[self.which[rows].astype(int)]


type _Columns = dict[str, np.ndarray | _Chosen]


def _insert(table: str, columns: _Columns) -> None:
    from django.db import connection

    {"sqlite": _insert_sqlite, "postgresql": _copy}[connection.vendor](table, columns)


def _insert_sqlite(table: str, columns: _Columns) -> None:
    """Without the indexes, which are made again afterwards: a third of the time."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type = 'index'", [table])
        indexes = [(name, sql) for name, sql in cursor.fetchall() if sql]
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        marks, names = ", ".join(["?"] * len(columns)), ", ".join(f'"{name}"' for name in columns)
        command = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- our own names
        connection.connection.executemany(command, _rows(columns.values()))
        for _, sql in indexes:
            cursor.execute(sql)


def _copy(table: str, columns: _Columns) -> None:
    from django.db import connection, transaction

    names = ", ".join(f'"{name}"' for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whom rows name is known: 40 million checks less.
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for one in _rows(columns.values()):
                copy.write_row(one)
        if "id" in columns:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608


def _rows(columns: Iterable[np.ndarray | _Chosen]) -> Iterator[tuple[object, ...]]:
    """Plain Python values, in blocks: millions of rows do not become objects at once."""
    given = list(columns)
    for first in range(0, len(given[0]), 100_000):
        yield from zip(*(column[first : first + 100_000].tolist() for column in given), strict=True)
