"""What happened on each call, before anyone says a word: the queue, what applied, what was done, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from coachloop.simulation.plan import BEHAVIOURS, OUTBOUND, QUEUES, SERVICE, SERVICE_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coachloop.simulation.dice import Dice
    from coachloop.simulation.plan import Plan

LONDON = ZoneInfo("Europe/London")
MET, NOT_MET, NOT_APPLICABLE = "met", "not_met", "not_applicable"
# How often there is an occasion at all, on a call that is not cut short.
OCCASION = {
    "pain_mirror": 0.93,
    "why_after_budget": 0.74,
    "pricing_pivot": 0.62,
    "empathy": 0.82,
    "hold_etiquette": 0.55,
}
SHORT_SHARE = 0.08
SHORT_KINDS = {"voicemail": 1.0, "busy": 1.2, "not_interested": 1.6}
ABSENT = 0.06
OTHER_QUEUE = 0.10
_OF_QUEUE = {
    queue: tuple(behaviour.key for behaviour in BEHAVIOURS if (behaviour.template == "service") == (queue == SERVICE))
    for queue in QUEUES
}


@dataclass(slots=True)
class Call:
    """One call as it will have been.

    Attributes:
        agent: place in the plan's agents.
        day: place in the plan's days.
        started_at: local time of the centre.
        queue: its queue.
        short: why it ended at once, or None.
        verdicts: what is true of each behaviour that belongs to the queue.
        converted: whether it brought an outcome; None where the queue has none.
        amount: the fee it will bring, where converted.
    """

    agent: int
    day: int
    started_at: datetime
    queue: str
    short: str | None
    verdicts: dict[str, str] = field(default_factory=dict)
    converted: bool | None = None
    amount: float | None = None


def calls_of_day(plan: Plan, day: int, dice: Dice, *, per_agent: float) -> Iterator[Call]:
    """A day's calls in the order of their start; `per_agent` calls for each agent at work, give or take."""
    calls = []
    for agent in range(len(plan.agents)):
        if dice.chance(ABSENT):
            continue
        count = int(per_agent + dice.between(0.0, 1.0))
        calls += [_call(plan, dice, agent=agent, day=day, slot=(slot, count)) for slot in range(count)]
    yield from sorted(calls, key=lambda call: (call.started_at, call.agent))


def _call(plan: Plan, dice: Dice, *, agent: int, day: int, slot: tuple[int, int]) -> Call:
    nth, count = slot
    minutes = 510 * (nth + dice.between(0.02, 0.90)) / count
    start = datetime.combine(plan.days[day], datetime.min.time(), LONDON).replace(hour=9)
    started_at = start + timedelta(seconds=int(minutes * 60))
    call = Call(agent, day, started_at, _queue(plan, dice, agent=agent, day=day), None)
    if call.queue != SERVICE and dice.chance(SHORT_SHARE):
        call.short = dice.weighted(SHORT_KINDS)
    for key in _OF_QUEUE[call.queue]:
        call.verdicts[key] = _verdict(plan, call, dice, key=key)
    if call.queue != SERVICE:
        _decide_outcome(plan, call, dice)
    return call


def _queue(plan: Plan, dice: Dice, *, agent: int, day: int) -> str:
    if plan.agents[agent].service and dice.chance(SERVICE_SHARE):
        return SERVICE
    if dice.chance(OTHER_QUEUE):
        return dice.pick(OUTBOUND)
    return QUEUES[plan.queues[agent, day]]


def _verdict(plan: Plan, call: Call, dice: Dice, *, key: str) -> str:
    if call.short and key in {"open_questions", "assumptive_close"}:
        return NOT_MET
    if key in OCCASION and (call.short or not dice.chance(OCCASION[key])):
        return NOT_APPLICABLE
    return MET if dice.chance(plan.rate(call.agent, key, call.day, queue=call.queue)) else NOT_MET


def _decide_outcome(plan: Plan, call: Call, dice: Dice) -> None:
    done = [key for key, verdict in call.verdicts.items() if verdict == MET]
    call.converted = not call.short and dice.chance(plan.outcome(call.agent, call.day, queue=call.queue, done=done))
    if call.converted:
        usual = {"seller-leads": 3400, "buyer-leads": 2100, "landlord-leads": 1500}[call.queue]
        call.amount = round(usual * (0.6 + 0.4 * dice.unit() + 0.5 * dice.unit() ** 3), 2)
