"""Composes a tenant's call to the service line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachloop.simulation import language_service as words
from coachloop.simulation.language_closing import BYE_AGENT, BYE_CUSTOMER

if TYPE_CHECKING:
    from coachloop.simulation.language_service import Issue
    from coachloop.simulation.scene import Scene


def inbound_call(scene: Scene) -> None:
    """Holds the whole call, as its plan says."""
    complaint = scene.applies("empathy")
    issue = scene.dice.pick(words.COMPLAINTS if complaint else words.REQUESTS)
    _says_problem(scene, issue)
    if complaint:
        _takes_it_in(scene, issue)
    else:
        _looks_into_it(scene, issue)
    if scene.applies("hold_etiquette"):
        _holds(scene)
    scene.tells(issue.fix)
    scene.customer(words.FIX_REPLY)
    if scene.dice.chance(0.65):
        doubts = words.PUSHBACK if complaint else words.REQUEST_PUSHBACK
        for said, answered in scene.dice.shuffled(doubts)[: 1 + scene.dice.below(2)]:
            scene.customer(said)
            scene.tells(answered)
    _winds_up(scene, issue)


def _says_problem(scene: Scene, issue: Issue) -> None:
    greets = scene.met("greeting")
    scene.agent(words.GREETING if greets else words.GREETING_MISSED, *(["greeting"] if greets else []))
    scene.customer(words.HELLO_CUSTOMER, issue.told)


def _takes_it_in(scene: Scene, issue: Issue) -> None:
    """A complaint: answered with feeling within two turns, or not."""
    dice = scene.dice
    scene.choose("feel", issue.feel)
    checked, told = dice.chance(0.3), dice.chance(0.5)
    if checked:
        scene.agent(words.SERVICE_ACK)
        _asks(scene, issue)
    if told:
        scene.customer(issue.more)
    if scene.met("empathy"):
        scene.agent(words.EMPATHY, "empathy")
    else:
        scene.agent(words.EMPATHY_MISSED)
    _looks_into_it(scene, issue, checked=checked)
    if not told and dice.chance(0.6):
        scene.customer(issue.more)
        scene.agent(words.SERVICE_ACK)


def _looks_into_it(scene: Scene, issue: Issue, *, checked: bool = False) -> None:
    scene.agent(words.SECURITY)
    scene.customer(words.SECURITY_REPLY)
    scene.agent(words.SERVICE_ACK)
    if not checked:
        _asks(scene, issue)


def _asks(scene: Scene, issue: Issue) -> None:
    scene.tells(issue.check)
    scene.customer(issue.answer)


def _holds(scene: Scene) -> None:
    dice = scene.dice
    if scene.met("hold_etiquette"):
        scene.agent(words.HOLD_ASKED, "hold_etiquette")
        scene.customer(words.HOLD_YES)
    else:
        scene.agent(words.HOLD_ANNOUNCED)
        if dice.chance(0.6):
            scene.customer(words.HOLD_SURPRISED)
    scene.talk.pause(dice.between(25, 120))
    scene.agent(words.HOLD_BACK)
    scene.customer(words.STILL_HERE)


def _winds_up(scene: Scene, issue: Issue) -> None:
    dice = scene.dice
    scene.choose("recap", issue.recap)
    if scene.met("recap"):
        scene.agent(words.RECAP, "recap")
        scene.customer(words.RECAP_REPLY)
    elif dice.chance(0.75):
        scene.agent(words.RECAP_MISSED)
        scene.customer(words.FIX_REPLY)
    if scene.met("anything_else"):
        scene.agent(words.ANYTHING_ELSE, "anything_else")
        scene.customer(words.NOTHING_MORE)
    else:
        scene.agent(words.ANYTHING_MISSED)
    scene.agent(BYE_AGENT)
    scene.customer(BYE_CUSTOMER)
