"""What else an agent could be coached on: every behaviour that calls missed, and the calls that show it."""

from dataclasses import dataclass
from datetime import date, timedelta

from coachloop.app.errors import NoExampleError, UnknownNameError
from coachloop.app.models import Agent, Behaviour, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.examples import Example, Wanted, examples, misses
from coachloop.app.queries.focus import Suggestion, suggestions
from coachloop.app.queries.rates import RateRow, rates
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.focus import per_cent
from coachloop.core.model.people import Role

DAYS = 28
MOST = 5
"""Calls to pick the example from."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """What an agent could be coached on. `chosen` is what is looked at, with `examples` of it, the one that is asked for first.

    `suggested` is today's suggestion, empty where no gap is certain; `working_on` is the title of the open focus.
    """

    agent_key: str
    agent_name: str
    team_name: str
    rows: tuple[RateRow, ...]
    chosen: RateRow | None
    examples: tuple[Example, ...]
    suggested: Suggestion | None
    working_on: str

    @property
    def quoted(self) -> tuple[str, ...]:
        """The conversations whose words the page shows."""
        return tuple(each.conversation_key for each in self.examples)


def choosing(viewer: Viewer, agent_key: str, *, behaviour: str = "", verdict: int = 0, today: date) -> Choosing | None:
    """What an agent of theirs could be coached on; None where they may see no such agent.

    Args:
        viewer: who looks; leaders and QA leads.
        agent_key: whose.
        behaviour: `TEMPLATE/BEHAVIOUR` to look at.
        verdict: the verdict to show first among the examples.
        today: the day at the site.
    """
    agent = viewing.agents(viewer).select_related("team__site").filter(key=agent_key).first()
    if agent is None or not viewer.has(Role.TEAM_LEADER, Role.QA_LEAD):
        return None
    rows = tuple(row for row in rates(viewer, as_of=today, days=DAYS, among={agent.pk}) if row.n > row.met)
    chosen = next((row for row in rows if f"{row.template}/{row.behaviour}" == behaviour), None)
    return Choosing(
        agent_key=agent.key,
        agent_name=agent.name,
        team_name=agent.team.name if agent.team else "",
        rows=rows,
        chosen=chosen,
        examples=_shown(viewer, agent, chosen, first=verdict, today=today) if chosen else (),
        suggested=suggested(viewer, agent, as_of=today),
        working_on=working_on(agent),
    )


def suggested(viewer: Viewer, agent: Agent, *, as_of: date | None) -> Suggestion | None:
    """Today's suggestion for an agent; None where no gap is certain."""
    rows = suggestions(viewer, as_of=as_of, among={agent.pk})
    return next((row for row in rows if row.behaviour is not None), None)


def example(viewer: Viewer, agent: Agent, behaviour: Behaviour, *, verdict_id: int) -> Example:
    """A verdict as the example for an agent and a behaviour.

    Raises:
        NoExampleError: it is none: another agent's or behaviour's, met after all, or of the agent's time in another team.
    """
    row = misses(viewer, Wanted(agent.pk, behaviour.pk)).filter(pk=verdict_id)
    found = examples(viewer, row).get(verdict_id)
    if found is None:
        raise NoExampleError(
            f"this call does not show that {agent.name} missed “{behaviour.title}” (any more, or to their leader): choose another"
        )
    return found


def behaviour_of(viewer: Viewer, template: str, behaviour: str) -> Behaviour:
    """A behaviour that is scored.

    Raises:
        UnknownNameError: there is none, or it is scored no more.
    """
    row = BehaviourFinder(viewer).find(behaviour, template)
    if row.retired:
        raise UnknownNameError(f"“{row.title}” is scored no more: choose a behaviour that is")
    return row


def in_numbers(viewer: Viewer, agent: Agent, behaviour: Behaviour, *, today: date) -> str:
    """How an agent does on a behaviour, in one sentence with its numbers; it says nothing about other behaviours."""
    key, template = behaviour.key, behaviour.template.key
    found = rates(viewer, as_of=today, days=DAYS, behaviour=key, template=template, among={agent.pk})
    row = next((each for each in found if each.n), None)
    if row is None:
        return f"“{behaviour.title}” applied in no call of the last four weeks."
    likely = f"likely between {100 * row.low:.0f} and {per_cent(row.high)}"
    target = f"; target {per_cent(row.target)}" if row.target is not None else ""
    return f"“{behaviour.title}” was met in {row.met} of {row.n} conversations ({likely}{target})."


def leads_agent(viewer: Viewer, agent_key: str) -> bool:
    """Whether they lead this agent today, and so choose what to coach."""
    return viewer.has(Role.TEAM_LEADER) and Agent.objects.filter(key=agent_key, team__in=viewer.team_ids).exists()


def working_on(agent: Agent) -> str:
    """The title of an agent's open focus; empty without one."""
    return agent.foci.filter(closed_at__isnull=True).values_list("behaviour__title", flat=True).first() or ""


def others(viewer: Viewer, focus_of: int, *, today: date) -> tuple[Example, ...]:
    """Calls of the last four weeks that an open focus could stand on instead of its example, by the session planned on it."""
    session = viewing.sessions(viewer).select_related("focus__behaviour", "agent").get(pk=focus_of)
    if session.focus is None:
        return ()
    wanted, since = Wanted(session.agent_id, session.focus.behaviour_id), today - timedelta(days=DAYS - 1)
    rows = misses(viewer, wanted, first_day=since).exclude(pk=session.focus.example_id or 0)
    ids = list(rows.values_list("pk", flat=True)[:MOST])
    found = examples(viewer, Verdict.objects.filter(pk__in=ids))
    return tuple(found[pk] for pk in ids if pk in found)


def _shown(viewer: Viewer, agent: Agent, chosen: RateRow, *, first: int, today: date) -> tuple[Example, ...]:
    behaviour = behaviour_of(viewer, chosen.template, chosen.behaviour)
    wanted, since = Wanted(agent.pk, behaviour.pk), today - timedelta(days=DAYS - 1)
    newest = list(misses(viewer, wanted, first_day=since).values_list("pk", flat=True)[:MOST])
    asked = list(misses(viewer, wanted).filter(pk=first).values_list("pk", flat=True))
    ids = list(dict.fromkeys([*asked, *newest]))[:MOST]
    found = examples(viewer, Verdict.objects.filter(pk__in=ids))
    return tuple(found[pk] for pk in ids if pk in found)
