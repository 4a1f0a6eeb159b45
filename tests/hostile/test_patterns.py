"""No pattern of ours takes longer than the text it looks at is long: whoever sends the worst there is, costs no more than others."""

import importlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import coachloop

SOURCE = Path(coachloop.__file__).parent
SEEDS = (
    "a", "1", " ", "\t", "\n", "-", ".", "a ", "a.", "1-", "1 ", "a@", "a1", "(", "<", "'", '"', "=", "00:", "a-", "[", "{", "/", "#",
    "@", "+", "Aa ", "1.", "1,", "://", "\\", "_", '."', "oh ", "<v ", "!?",
)  # fmt: skip
LENGTH, LONGER = 2000, 4
ONLY = {
    "coachloop.core.model.cipher._LIKE_SEALED": "match",
    "coachloop.core.masking.digits._DIGIT_NEXT": "match",
    "coachloop.core.masking.secrets._QUANTITY": "match",
}
"""How the others of ours that could be slow are asked, which is never for a place anywhere in a text."""

SHORT = {
    "coachloop.core.masking.secrets._CODE": "looks at 40 characters",
    "coachloop.simulation.grammar._SPACE_BEFORE_MARK": "looks at what the simulation itself wrote",
}


def patterns() -> dict[str, re.Pattern[str]]:
    """Every one that a module has, by name."""
    texts = {path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    named = [path.relative_to(SOURCE.parent).with_suffix("") for path, text in texts.items() if "re.compile(" in text]
    modules = [importlib.import_module(".".join(path.parts)) for path in named if "migrations" not in path.parts]
    every = [(f"{module.__name__}.{name}", value) for module in modules for name, value in vars(module).items()]
    return {where: one for name, value in every for where, one in _within(name, value) if isinstance(one.pattern, str)}


def _within(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict | tuple | list):
        for place, one in enumerate(value.values() if isinstance(value, dict) else value):
            yield from _within(f"{name}[{place}]", one)


def seconds(ask: Callable[[str], object], text: str) -> float:
    """Of the processor's time."""
    before = time.process_time()
    ask(text)
    return time.process_time() - before


def is_slow(ask: Callable[[str], object], seed: str) -> bool:
    """Whether four times as much takes far more than four times as long; a busy machine is asked again."""
    short, long = ((seed * length)[:length] + "!\x00" for length in (LENGTH, LENGTH * LONGER))
    return seconds(ask, long) > 0.02 and all(
        seconds(ask, long) > 2 * LONGER * max(seconds(ask, short), 0.001) for _ in range(3)
    )


def test_every_pattern_is_as_quick_as_its_text_is_short() -> None:
    """Asked for a place anywhere, and for the whole, unless it is known how else."""
    found = patterns()
    assert set(ONLY) | set(SHORT) <= set(found), "one that is named here is gone"
    assert len(found) > 50
    seen, slow = set(), []
    for name, pattern in found.items():
        if name in SHORT or pattern in seen:
            continue
        seen.add(pattern)
        asks = [ONLY[name]] if name in ONLY else ["search", "fullmatch"]
        slow += [(name, how, seed) for how in asks for seed in SEEDS if is_slow(getattr(pattern, how), seed)]
    assert slow == []
