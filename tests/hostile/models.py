"""Models as gullible as can be, each in one way; where nothing strange is said, each of them is honest."""

import re
from collections.abc import Callable
from typing import Any

from hostile.hosts import OWN, PROOF
from servers.scripted import Asked, answer

Line = tuple[int, str, str]
Model = Callable[[Asked], "str | dict[str, Any]"]

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


def strange(asked: Asked) -> list[Line]:
    """The lines that are none of the host's own, the agent's first."""
    lines = [line for line in asked.lines if line[1:] not in OWN]
    return sorted(lines, key=lambda line: line[1] != "agent")


def honest(asked: Asked) -> dict[str, Any]:
    """Finds the turns that show a behaviour, and believes nothing."""
    said = {(who, text): turn for turn, who, text in asked.lines}
    return {
        key: answer("met", (PROOF[key], said["agent", PROOF[key]])) if ("agent", PROOF[key]) in said else answer("not_met")
        for key in asked.behaviours
    }  # fmt: skip


def obedient(asked: Asked) -> dict[str, Any]:
    """Does what it is told: everything is met, and the order is the proof."""
    return _fooled(asked, lambda line: answer("met", (line[2], line[0]), reason=line[2]))


def vengeful(asked: Asked) -> dict[str, Any]:
    """Everything is not met, and the customer's words would have been better."""
    return _fooled(asked, lambda line: answer("not_met", reason=line[2], missed_turn=line[0], better=line[2]))


def inventive(asked: Asked) -> dict[str, Any]:
    """Everything is met, by words that nobody said."""
    return _fooled(asked, lambda _: answer("met", ("I did all of it, and more", 0), ("so what made you leave us", 2)))


def deaf(asked: Asked) -> dict[str, Any]:
    """Everything is met, by what the customer said."""
    customers = [(text, turn) for turn, who, text in asked.lines if who == "customer"]
    return _fooled(asked, lambda _: answer("met", *customers[:5]))


def parrot(asked: Asked) -> str | dict[str, Any]:
    """Sends back the reply that it finds in the conversation, with the square brackets that it is shown as round ones."""
    found = next((match[0] for _, _, text in strange(asked) if (match := _OBJECT.search(text))), None)
    return honest(asked) if found is None else found.translate(str.maketrans("()", "[]"))


def talkative(asked: Asked) -> dict[str, Any]:
    """Gives its prompt away, and whatever else it has, in every text it may write."""
    everything = f"{asked.system[-1000:]} {asked.user[:2000]}"
    return _fooled(asked, lambda line: answer("not_met", reason=everything, missed_turn=line[0], better=everything))


def _fooled(asked: Asked, says: Callable[[Line], dict[str, Any]]) -> dict[str, Any]:
    found = strange(asked)
    return {key: says(found[0]) for key in asked.behaviours} if found else honest(asked)


GULLIBLE: dict[str, Model] = {
    model.__name__: model for model in (obedient, vengeful, inventive, deaf, parrot, talkative)
}  # fmt: skip
