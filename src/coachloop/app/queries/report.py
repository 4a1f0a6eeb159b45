"""What is known of agents' days and weeks, and the reports that follow from it; a few queries however many agents."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from coachloop.app.models import (
    Agent,
    AgentDay,
    Behaviour,
    Conversation,
    Focus,
    Message,
    ReportChoice,
    RollOut,
    Session,
    Template,
)
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.examples import Example, Wanted, newest_misses
from coachloop.app.queries.templates import of_coaching
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.wins import SHOWN
from coachloop.core.coaching import report as core
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.report import Counted, Facts, Kind, Moment, Promise, Proof, Report
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.proportions import wilson

PROOF = (*SHOWN, "behaviour__template__key", "behaviour__key")

NEWEST_DAYS = 14
"""A page shows no daily report that is older."""


class Period(NamedTuple):
    """Its first and its last day."""

    first: date
    last: date


class Whose(NamedTuple):
    """The agent that a report is about."""

    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class AgentReport:
    """One agent's report. `template` is empty for a week, which is about all of them."""

    agent_key: str
    agent_name: str
    mine: bool
    template: str
    day: date
    facts: Facts
    report: Report


def daily_reports(
    viewer: Viewer, *, template: str, day: date, agents: Collection[str] | None = None
) -> list[AgentReport]:
    """The reports of one day, in order of names, of agents they may see and for whom there is something to say.

    Raises:
        Template.DoesNotExist: there is no such template.
    """
    chosen = viewing.within(viewer, Template.objects.all()).get(key=template)
    behaviours = chosen.behaviours.filter(retired=False)
    week = Period(day - timedelta(days=day.weekday()), day)
    gathered = _Gathered(viewer, _agents(viewer, agents), behaviours, now=Period(day, day), beside=week)
    facts = gathered.facts(title=chosen.title, moments=gathered.moments())
    return list(gathered.reports(facts, core.daily, template))


def weekly_reports(viewer: Viewer, *, monday: date, agents: Collection[str] | None = None) -> list[AgentReport]:
    """The summaries of one week over all templates, in order of names, where there is something to say."""
    current = Behaviour.objects.filter(retired=False, template__current__isnull=False)
    behaviours = viewing.within(viewer, current, "template__programme")
    now, before = _week(monday), _week(monday - timedelta(weeks=1))
    gathered = _Gathered(viewer, _agents(viewer, agents), behaviours, now=now, beside=before)
    facts = gathered.facts(title="", moments={})
    return list(gathered.reports(facts, core.weekly, ""))


def whose(viewer: Viewer, agent_key: str) -> Whose | None:
    """The agent, if the viewer may see their reports."""
    agent = viewing.agents(viewer).filter(key=agent_key).first()
    return Whose(agent.name, agent.pk == viewer.agent_id) if agent else None


def daily_report(viewer: Viewer, agent_key: str, *, template: str, day: date) -> AgentReport | None:
    """One agent's; None where they may see no such agent, or there is nothing to say."""
    return next(iter(daily_reports(viewer, template=template, day=day, agents=[agent_key])), None)


def weekly_report(viewer: Viewer, agent_key: str, *, monday: date) -> AgentReport | None:
    """The same for a week."""
    return next(iter(weekly_reports(viewer, monday=monday, agents=[agent_key])), None)


def told(kind: Kind, about: str) -> dict[str, list[dict[str, Any]]]:
    """What became of the messages about something, by the key of the agent they are for."""
    rows = Message.objects.filter(kind=kind, about=about, user__agent__isnull=False).order_by("way")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, way, sent_at, problem in rows.values_list("user__agent__key", "way", "sent_at", "problem"):
        found[key].append({"way": way, "sent": sent_at is not None, "problem": problem})
    return found


def newest_report(viewer: Viewer, agent_key: str, *, today: date) -> AgentReport | None:
    """The newest daily report of a finished day, of a template that is shown to the agent; None where there is none."""
    agent = viewing.agents(viewer).filter(key=agent_key).first()
    if agent is None:
        return None
    order = shown_templates(agent, today=today)
    applied = AgentDay.objects.filter(
        Q(met__gt=0) | Q(not_met__gt=0),
        agent=agent,
        day__range=(today - timedelta(days=NEWEST_DAYS), today - timedelta(days=1)),
        behaviour__template__key__in=order,
    )
    days = applied.values_list("behaviour__template__key").annotate(Max("day")).order_by()
    newest = max(days, key=lambda row: (row[1], -order.index(row[0])), default=None)
    return daily_report(viewer, agent_key, template=newest[0], day=newest[1]) if newest else None


def shown_templates(agent: Agent, *, today: date) -> list[str]:
    """Templates whose daily report the agent gets: what they chose first, then their focus's, then the others.

    Left out are those they switched off, and those whose roll-out has not reached their team yet.
    """
    chosen = {row.template.key: row.on for row in _daily_choices(agent) if row.template}
    waiting = RollOut.objects.filter(team=agent.team_id, starts_on__gt=today).values_list("template__key", flat=True)
    hidden = {key for key, on in chosen.items() if not on} | (set(waiting) - chosen.keys())
    focus = agent.foci.filter(closed_at__isnull=True).values_list("behaviour__template__key", flat=True).first()
    ours = viewing.within(viewing.all_of(agent.programme_id), Template.objects.all())
    about_agents = ours.exclude(pk__in=of_coaching())
    keys = about_agents.filter(current__isnull=False).order_by("title").values_list("key", flat=True)
    return sorted((key for key in keys if key not in hidden), key=lambda key: (key not in chosen, key != focus))


def _daily_choices(agent: Agent) -> QuerySet[ReportChoice]:
    mine = (
        ReportChoice.objects.filter(user=agent.user_id, kind=Kind.DAILY)
        if agent.user_id
        else ReportChoice.objects.none()
    )
    return mine.select_related("template")


def _agents(viewer: Viewer, keys: Collection[str] | None) -> list[Agent]:
    agents = viewing.agents(viewer).select_related("team__site")
    return list((agents if keys is None else agents.filter(key__in=keys)).order_by("name", "key"))


def _week(monday: date) -> Period:
    return Period(monday, monday + timedelta(days=6))


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What the database knows of some agents in a period, and in the one beside it."""

    viewer: Viewer
    agents: list[Agent]
    behaviours: QuerySet[Behaviour]
    now: Period
    beside: Period

    def reports(
        self, facts: Mapping[int, Facts], make: Callable[[Facts], Report | None], template: str
    ) -> Iterator[AgentReport]:
        """Of those for whom there is something to say."""
        for agent in self.agents:
            known = facts[agent.pk]
            mine = agent.pk == self.viewer.agent_id
            if report := make(known):
                yield AgentReport(
                    agent.key, agent.name, mine, template, day=known.first_day, facts=known, report=report
                )

    def facts(self, *, title: str, moments: Mapping[int, Moment]) -> dict[int, Facts]:
        """Everything of each agent."""
        rows, calls, foci = self._rows(), self._calls(), self._foci()
        proofs, promises = self._proofs(), self._promises()
        return {
            agent.pk: Facts(
                title=title,
                first_day=self.now.first,
                last_day=self.now.last,
                calls=calls.get(agent.pk, 0),
                behaviours=rows[agent.pk],
                focus=_name(foci[agent.pk].behaviour) if agent.pk in foci else None,
                proofs=tuple(proofs[agent.pk]),
                moment=moments.get(agent.pk),
                promise=promises.get(agent.pk),
            )
            for agent in self.agents
        }

    def moments(self) -> dict[int, Moment]:
        """The newest missed moment of each agent's focus that can be read."""
        wanted = [Wanted(pk, focus.behaviour_id) for pk, focus in self._foci().items()]
        found = newest_misses(self.viewer, wanted, first_day=self.now.first, last_day=self.now.last)
        zones = self._zones()
        return {one.agent_id: _moment(shown, zones[one.agent_id]) for one, shown in found.items() if shown.quote}

    def _rows(self) -> dict[int, tuple[core.Behaviour, ...]]:
        behaviours = list(self.behaviours.select_related("template").order_by("template__title", "position"))
        now, beside = _counted(self._cells(self.now)), _counted(self._cells(self.beside))
        mixed = self._mixed() if self.beside.last < self.now.first else set()
        nothing = Counted(0, 0)
        return {
            agent.pk: tuple(
                core.Behaviour(
                    key=_name(row),
                    title=row.title,
                    now=now.get((agent.pk, row.pk), nothing),
                    beside=beside.get((agent.pk, row.pk), nothing),
                    comparable=row.pk not in mixed,
                )
                for row in behaviours
            )
            for agent in self.agents
        }

    def _cells(self, period: Period) -> QuerySet[AgentDay]:
        return AgentDay.objects.filter(agent__in=self.agents, behaviour__in=self.behaviours, day__range=period)

    def _mixed(self) -> set[int]:
        """Behaviours that more than one template version has scored in the two periods."""
        both = self._cells(Period(self.beside.first, self.now.last))
        versions = both.values_list("behaviour_id").annotate(several=Count("version", distinct=True)).order_by()
        return {behaviour for behaviour, several in versions if several > 1}

    def _calls(self) -> dict[int, int]:
        scored = Conversation.objects.filter(
            agent__in=self.agents,
            day__range=self.now,
            evaluations__template__in=self.behaviours.values("template"),
            evaluations__attempt__isnull=False,
        )
        return dict(scored.values_list("agent_id").annotate(Count("id", distinct=True)).order_by())

    def _foci(self) -> dict[int, Focus]:
        """The focus that was open when the period ended."""
        found = Focus.objects.filter(agent__in=self.agents).select_related("behaviour__template")
        ends = self._ends()
        return {
            focus.agent_id: focus
            for focus in found
            if focus.opened_at < ends[focus.agent_id]
            and (focus.closed_at is None or focus.closed_at >= ends[focus.agent_id])
        }

    def _promises(self) -> dict[int, Promise]:
        """What was agreed and not looked back on when the period ended; for the agent and those who lead them."""
        agents = [agent for agent in self.agents if _in_the_room(self.viewer, agent)]
        held = Session.objects.filter(agent__in=agents, status=SessionStatus.HELD, held_on__lte=self.now.last)
        ends = self._ends()
        rows = held.select_related("follow_up").order_by("-kind", "held_on")
        return {
            row.agent_id: Promise(row.action, row.by_when, row.follow_up.due_on)
            for row in rows
            if row.follow_up.closed_at is None or row.follow_up.closed_at >= ends[row.agent_id]
        }

    def _proofs(self) -> dict[int, list[Proof]]:
        """The newest words of each agent's own for each behaviour, newest first."""
        agent = f"{CONVERSATION}__agent_id"
        met = effective_verdicts().filter(
            Exists(viewing.conversations(self.viewer).filter(pk=OuterRef(CONVERSATION))),
            **{
                f"{CONVERSATION}__agent__in": self.agents,
                f"{CONVERSATION}__day__range": self.now,
                "behaviour__in": self.behaviours,
                "effective": Outcome.MET,
            },
        )
        newest = Window(
            RowNumber(),
            partition_by=[F(agent), F("behaviour_id")],
            order_by=[F(f"{CONVERSATION}__started_at").desc(), F("id").desc()],
        )
        firsts = met.exclude(evidence=[]).annotate(rank=newest).filter(rank=1)
        found: dict[int, list[Proof]] = defaultdict(list)
        zones = self._zones()
        order = (f"-{CONVERSATION}__started_at", "id")
        for who, *row in firsts.order_by(*order).values_list(agent, *PROOF):
            found[who].append(_proof(*row, zone=zones[who]))
        return found

    def _zones(self) -> dict[int, ZoneInfo]:
        return {agent.pk: sites.zone_of(agent) for agent in self.agents}

    def _ends(self) -> dict[int, datetime]:
        """Midnight at the end of the period, at each agent's site."""
        after = self.now.last + timedelta(days=1)
        return {pk: datetime.combine(after, time(), zone) for pk, zone in self._zones().items()}


def _counted(cells: QuerySet[AgentDay]) -> dict[tuple[int, int], Counted]:
    sums: Iterable[Any] = (
        cells.values_list("agent_id", "behaviour_id").annotate(Sum("met"), Sum("not_met"), Sum("unscored")).order_by()
    )
    rows = list(sums)
    met, n = [row[2] for row in rows], [row[2] + row[3] for row in rows]
    interval = wilson(met, n)
    return {
        (agent, behaviour): Counted(k, k + missed, float(low), float(high), unscored)
        for (agent, behaviour, k, missed, unscored), low, high in zip(rows, interval.low, interval.high, strict=True)
    }


def _name(behaviour: Behaviour) -> str:
    return f"{behaviour.template.key}/{behaviour.key}"


def _in_the_room(viewer: Viewer, agent: Agent) -> bool:
    leads = viewer.has(Role.TEAM_LEADER) and agent.team_id in viewer.team_ids
    return viewer.everything or leads or agent.pk == viewer.agent_id


def _proof(pk: int, title: str, evidence: list[Any], key: str, at: datetime, *name: str, zone: ZoneInfo) -> Proof:  # noqa: PLR0917 -- PROOF
    return Proof(
        behaviour="/".join(name),
        title=title,
        quote=evidence[0]["quote"],
        at=at.astimezone(zone),
        path=f"{reverse('conversation', args=[key])}#quote-{pk}-0",
        call=key,
    )


def _moment(shown: Example, zone: ZoneInfo) -> Moment:
    return Moment(
        customer=shown.trigger_text,
        agent=shown.said_text,
        better=shown.better,
        at=shown.started_at.astimezone(zone) if shown.started_at else None,
        path=f"{reverse('conversation', args=[shown.conversation_key])}#missed-{shown.verdict_id}",
        call=shown.conversation_key,
    )
