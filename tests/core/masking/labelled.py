"""The labelled turns of labelled.txt: who speaks, what is said, and what of it has to be masked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coachloop.core.masking.kinds import Found, Kind

LABEL = re.compile(r"\{([A-Z_]+)\|([^}]*)\}")


class Talk(NamedTuple):
    """A conversation with its labels by turn, and the customer's name where the record gives it."""

    turns: list[tuple[str, str]]
    labels: list[list[Found]]
    names: tuple[str, ...]


def talks() -> Iterator[Talk]:
    """Every conversation of the file."""
    for block in Path(__file__).with_name("labelled.txt").read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        names = tuple(line[2:] for line in lines if line.startswith("@ "))
        read = [(line[0], *_labelled(line[3:])) for line in lines if not line.startswith("@ ")]
        if read:
            yield Talk([(speaker, text) for speaker, text, _ in read], [labels for _, _, labels in read], names)


def _labelled(line: str) -> tuple[str, list[Found]]:
    text, labels, done = "", [], 0
    for label in LABEL.finditer(line):
        text += line[done : label.start()]
        labels.append(Found(len(text), len(text) + len(label[2]), Kind(label[1])))
        text, done = text + label[2], label.end()
    return text + line[done:], labels
