"""Composes a call to somebody who asked online."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachloop.simulation import language_closing as closing_words
from coachloop.simulation import language_discovery as discovery_words
from coachloop.simulation import language_opening as opening_words
from coachloop.simulation.language_scenarios import LEAD_IN, LEAD_IN_PAIN, PLAIN, SCENARIOS, TAIL

if TYPE_CHECKING:
    from coachloop.simulation.language_scenarios import Pain, Scenario
    from coachloop.simulation.scene import Scene

WINDOW = 30.0


def outbound_call(scene: Scene) -> None:
    """Holds the whole call, as its plan says."""
    queue = scene.call.queue
    scene.choose("asked", opening_words.ASKED[queue])
    scene.choose("thing", opening_words.THING[queue])
    if scene.call.short:
        _short_call(scene)
        return
    _opening(scene)
    _pitch(scene)
    _discovery(scene)
    _pricing(scene)
    _closing(scene)


def _short_call(scene: Scene) -> None:
    words = opening_words
    if scene.call.short == "voicemail":
        scene.customer(words.VOICEMAIL)
        scene.talk.pause(1.5)
        scene.agent(words.GREET_NAMED if scene.met("uses_name") else words.GREET_UNNAMED, *_if(scene, "uses_name"))
        _say_purpose(scene) if scene.met("states_purpose") else scene.agent(words.PURPOSE_VAGUE)
        if scene.met("positive_reason"):
            scene.agent(words.HOOK[scene.call.queue], "positive_reason")
        scene.agent(words.VOICEMAIL_END)
        return
    _opening(scene)
    _pitch(scene)
    scene.customer(words.BUSY if scene.call.short == "busy" else words.NOT_INTERESTED)
    if scene.dice.chance(0.8):
        scene.agent(words.SHORT_REPLY)


def _if(scene: Scene, behaviour: str) -> tuple[str, ...]:
    return (behaviour,) if scene.met(behaviour) else ()


def _opening(scene: Scene) -> None:
    """Up to where each knows who the other is."""
    words, dice = opening_words, scene.dice
    if dice.chance(0.8):
        scene.customer(words.PICKUP)
    named = scene.met("uses_name")
    if named and dice.chance(0.4):
        scene.agent(words.GREET_ASKING_NAME, "uses_name")
        scene.customer(words.CONFIRM_NAME)
        scene.agent(words.INTRO)
    elif named and dice.chance(0.65):
        scene.agent(words.GREET_NAMED, "uses_name")
        _answered(scene)
    else:
        scene.agent(words.GREET_UNNAMED)
        _answered(scene)
        if named:
            scene.agent(words.NAME_LATER, "uses_name")
    if dice.chance(0.3):
        scene.agent(words.HOW_ARE_YOU)
        scene.customer(words.FINE_THANKS)
    elif dice.chance(0.15):
        scene.agent(words.GOOD_TIME)
        scene.customer(words.YES_TIME)


def _answered(scene: Scene) -> None:
    reply = scene.customer(opening_words.CONFIRM_PLAIN)
    if "who" in reply or "where from" in reply:
        scene.agent(opening_words.REPEAT_SELF)


def _say_purpose(scene: Scene) -> None:
    asked = scene.dice.chance(0.55)
    scene.agent(opening_words.PURPOSE_ASKED if asked else opening_words.PURPOSE_THING, "states_purpose")


def _pitch(scene: Scene) -> None:
    """Why the agent calls, and why it is worth staying on the line; or something that only sounds like it."""
    words, dice = opening_words, scene.dice
    purpose, hook = scene.met("states_purpose"), scene.met("positive_reason")
    if purpose and hook and dice.chance(0.12):
        scene.agent(words.HOOK[scene.call.queue], "positive_reason")
        _say_purpose(scene)
    else:
        _purpose_or_not(scene, likely=purpose)
        if dice.chance(0.3):
            scene.customer(words.REACT_PLAIN)
        if hook:
            scene.agent(words.HOOK[scene.call.queue], "positive_reason")
        else:
            scene.agent(words.HOOK_MISSED)
    if not scene.call.short:
        warm = hook and dice.chance(0.75)
        scene.customer(words.REACT_WARM if warm else dice.pick((words.REACT_PLAIN, words.REACT_COOL)))
        _too_late(scene)


def _purpose_or_not(scene: Scene, *, likely: bool) -> None:
    if likely:
        _say_purpose(scene)
        return
    vague = scene.dice.chance(0.75)
    scene.agent(opening_words.PURPOSE_VAGUE if vague else opening_words.PURPOSE_SKIPPED)
    if scene.dice.chance(0.35):
        scene.customer(opening_words.WHATS_IT_ABOUT)
        scene.agent(opening_words.DODGE)


def _too_late(scene: Scene) -> None:
    """Some say it after all, once the first half minute has gone by."""
    late = [key for key in ("states_purpose", "positive_reason") if not scene.met(key) and scene.dice.chance(0.25)]
    if not late:
        return
    for said, answered in scene.dice.shuffled(opening_words.SMALL_TALK):
        if scene.talk.clock > WINDOW + 1.5:
            break
        scene.agent(said)
        scene.customer(answered)
    scene.talk.pause(max(0.3, WINDOW + 0.5 - scene.talk.clock))
    if "states_purpose" in late:
        _say_purpose(scene)
    if "positive_reason" in late:
        scene.agent(opening_words.HOOK[scene.call.queue], "positive_reason")
    scene.customer(discovery_words.FOLLOWS)


def _discovery(scene: Scene) -> None:
    """The customer's story, problem and figure, and what the agent makes of them."""
    words, dice, queue = discovery_words, scene.dice, scene.call.queue
    asks_open = scene.met("open_questions")
    if asks_open:
        scene.agent(words.OPEN_STORY[queue], "open_questions")
    else:
        scene.agent(words.CLOSED_STORY[queue])
    if scene.applies("pain_mirror"):
        _story(scene, dice.pick(SCENARIOS[queue]))
    else:
        scene.customer(LEAD_IN, PLAIN[queue])
    others = (*words.OPEN_AIM, words.OPEN_PLACE[queue])
    aims = dice.shuffled(others)[: 1 + dice.below(2)] if asks_open else []
    for question, answer in aims:
        scene.agent(words.ACK)
        scene.agent(question, "open_questions")
        scene.customer(answer)
        if dice.chance(0.5):
            scene.fact()
    scene.fact()
    _budget(scene)
    if dice.chance(0.5):
        scene.fact()
    if dice.chance(0.25):
        said, answered = dice.pick(words.LIKE_AN_AGENT)
        scene.customer(said)
        scene.agent(answered)


def _story(scene: Scene, scenario: Scenario) -> None:
    first, second = scene.dice.shuffled(scenario.pains)
    if scene.dice.chance(0.4):
        scene.customer(LEAD_IN, scenario.reason, LEAD_IN_PAIN, first.told)
    else:
        scene.customer(LEAD_IN, scenario.reason)
        scene.fact()
        scene.customer(LEAD_IN_PAIN, first.told)
    if scene.dice.chance(0.35):
        scene.customer(TAIL)
    _hear_pain(scene, first)
    scene.fact()
    if scene.dice.chance(0.25):
        scene.customer(LEAD_IN_PAIN, second.told)
        scene.agent(discovery_words.MIRROR_MISSED)
        scene.fact()


def _hear_pain(scene: Scene, pain: Pain) -> None:
    """The agent gives the problem back within two turns; or does not, or gives back another one."""
    words, dice = discovery_words, scene.dice
    scene.choose("echo", pain.echo)
    if scene.met("pain_mirror"):
        if dice.chance(0.15):
            scene.agent(words.MIRROR_LATER_FIRST)
            scene.customer(words.MIRROR_LATER_REPLY)
        scene.agent(words.MIRROR, "pain_mirror")
        if dice.chance(0.85):
            scene.customer(words.MIRRORED)
    elif dice.chance(0.06):
        other = dice.pick(dice.pick(SCENARIOS[scene.call.queue]).pains)
        if other is not pain:
            scene.choose("echo", other.echo)
            scene.agent(words.MIRROR_WRONG)
            scene.customer(words.MIRROR_WRONG_REPLY)
    else:
        scene.agent(words.MIRROR_ALMOST if dice.chance(0.12) else words.MIRROR_MISSED)
        if dice.chance(0.6):
            scene.customer(words.UNMIRRORED)


def _budget(scene: Scene) -> None:
    """A figure comes up, or not; the agent asks why, or not."""
    words, dice, queue = discovery_words, scene.dice, scene.call.queue
    asked = dice.chance(0.55)
    if asked:
        scene.agent(words.BUDGET_ASK[queue])
    if not scene.applies("why_after_budget"):
        if asked:
            scene.customer(words.BUDGET_NONE)
        return
    scene.customer(words.BUDGET[queue])
    if scene.met("why_after_budget"):
        if dice.chance(0.12):
            scene.agent(words.ACK)
            scene.customer(words.WHY_MISSED_REPLY)
        scene.agent(words.WHY, "why_after_budget")
        scene.customer(words.WHY_ANSWER[queue])
    else:
        scene.agent(words.WHY_MISSED)
        scene.customer(words.WHY_MISSED_REPLY)


def _pricing(scene: Scene) -> None:
    """What happens next, what it costs, and what else stands in the way."""
    words, dice, queue = closing_words, scene.dice, scene.call.queue
    scene.agent(discovery_words.ACK)
    scene.tells(discovery_words.EXPLAIN[queue])
    if scene.applies("pricing_pivot"):
        scene.customer(words.PRICE_OBJECTION[queue])
        if scene.met("pricing_pivot"):
            _value_first(scene)
        else:
            _number_first(scene)
    else:
        scene.customer(discovery_words.FOLLOWS)
    if dice.chance(0.45):
        said, answered = dice.pick(words.OBJECTION)
        scene.customer(said)
        scene.agent(answered)


def _value_first(scene: Scene) -> None:
    words, dice, queue = closing_words, scene.dice, scene.call.queue
    if dice.chance(0.15):
        scene.agent(words.PIVOT_CLARIFY)
        scene.customer(words.PIVOT_CLARIFY_REPLY)
    scene.choose("value", words.VALUE[queue])
    scene.agent(words.PRICE_ACK)
    scene.agent(words.PRICE_PIVOT, "pricing_pivot")
    scene.agent(words.BUY_NUMBER_AFTER if queue == words.BUY else words.NUMBER_AFTER)
    scene.customer(words.PRICE_CALMED if dice.chance(0.7) else words.PRICE_UNMOVED)


def _number_first(scene: Scene) -> None:
    words, dice, queue = closing_words, scene.dice, scene.call.queue
    buying = queue == words.BUY
    scene.choose("value", words.VALUE[queue])
    straight, then_value, discount = (
        (words.BUY_PRICE_STRAIGHT, words.BUY_PRICE_THEN_VALUE, words.BUY_PRICE_DISCOUNT)
        if buying
        else (words.PRICE_STRAIGHT, words.PRICE_THEN_VALUE, words.PRICE_DISCOUNT)
    )
    if dice.chance(0.4):
        scene.agent(words.PRICE_ACK)
    scene.agent(dice.weighted({straight: 0.42, then_value: 0.16, discount: 0.17, words.PRICE_DODGE: 0.25}))
    scene.customer(words.PRICE_CALMED if dice.chance(0.2) else words.PRICE_UNMOVED)


def _closing(scene: Scene) -> None:
    """The next step, taken or not, and goodbye."""
    words, dice, queue = closing_words, scene.dice, scene.call.queue
    assumes = asks = scene.met("assumptive_close")
    if assumes:
        scene.agent(words.ASSUME[queue], "assumptive_close")
    else:
        asks = asks or dice.chance(0.45)
        scene.agent(words.PERMISSION if asks else words.WEAK_CLOSE)
    if scene.call.converted:
        scene.customer(words.TAKES_IT if assumes else words.TAKES_IT_ANYWAY)
        if not assumes:
            scene.agent(words.AGREES_TIME)
            scene.customer(words.VAGUE_END)
        scene.agent(words.CONFIRMS)
    else:
        scene.customer(words.DECLINES if asks or dice.chance(0.4) else words.VAGUE_END)
        scene.agent(words.ACCEPTS_NO)
    if dice.chance(0.6):
        scene.customer(words.VAGUE_END)
    scene.agent(words.BYE_AGENT)
    scene.customer(words.BYE_CUSTOMER)
