"""Finds what a judge quotes in what the agent really says."""

import re
from collections.abc import Sequence

from coachloop.core.model.conversation import Speaker
from coachloop.core.model.verdict import Quote
from coachloop.core.scoring.judge.shown import ShownTurn, Transcript, clean
from coachloop.core.scoring.port import Moment

_LABEL = re.compile(r"^\(\d+\) (?:agent|customer|other): ")
_MARKS = "\"'`"

# Speech is about the customer; these words are about the judge. Whoever says them proves nothing by it.
_ADDRESSED = re.compile(
    r"""
    \b(?:ignor|disregard|forget|overrid|bypass)\w*\s (?:[\w']+\s){0,3} (?:previous|prior|above|earlier|your|all|any|these|every)\s
      (?:[\w']+\s){0,3} (?:instruction|rule|prompt|guideline|direction)s?\b
    | \b(?:mark|score|rate|grade|count|answer|treat|return|output|report)\w*\b .{0,60} \b(?:as|with|is|are)\s*["']?(?:not_)?met\b
    | \b(?:everything|all|every\s(?:behaviou?r|item|question|criteri\w+))\b .{0,40} \b(?:is|are|as|was|were)\s["']?met\b
    | \b(?:system|developer)\s(?:prompt|message|instruction|override)
    | \b(?:outcome|verdict)["']?\s?[:=]\s?["']?(?:not_|un)?(?:met|scored|applicable|cannot) | \bprobability["']?\s?[:=]\s?[01.]
    | \b(?:evaluator|grader|assessor|language\smodel|ai\s(?:model|system|assistant|judge)|(?:dear|the|to|hey)\sjudge)\b .{0,40}
      \b(?:must|should|shall|please|now|have\sto)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_addressed_to_the_judge(text: str) -> bool:
    """Whether the words speak to whoever assesses the conversation instead of to the customer."""
    return _ADDRESSED.search(clean(text)) is not None


def locate(transcript: Transcript, said: tuple[str, int], moments: Sequence[Moment]) -> Quote | None:
    """The quote as it stands in the conversation.

    White space, and what the prompt itself had replaced, may differ; nothing else. Where the named turn does not say it, the nearest
    of the agent's turns that does is taken.

    Args:
        transcript: the conversation as it was shown.
        said: the words, and the turn that the judge names.
        moments: where the agent's words count.

    Returns:
        The original words, or None where the agent does not say them there.
    """
    text, named = said
    wanted = [form for form in _forms(text) if any(char.isalnum() for char in form)]
    turns = sorted({turn for moment in moments for turn in moment.spans}, key=lambda turn: (abs(turn - named), turn))
    for form in wanted:
        for turn in turns:
            for span in (moment.spans[turn] for moment in moments if turn in moment.spans):
                quote = _in_turn(transcript, turn, form=form, span=span)
                if quote is not None:
                    return quote
    return None


def _forms(text: str) -> list[str]:
    """The words as copied, then without what some models put around them: the line's label, quotation marks."""
    whole = clean(text)
    bare = _LABEL.sub("", whole)
    return list(dict.fromkeys((whole, bare, bare.strip(_MARKS).strip())))


def _in_turn(transcript: Transcript, turn: int, *, form: str, span: tuple[int, int]) -> Quote | None:
    original = transcript.conversation.turns[turn]
    if original.speaker is not Speaker.AGENT:
        return None
    shown = transcript.turns[turn]
    at = shown.key.find(form)
    while at >= 0:
        start, end = shown.origin(at, at + len(form))
        if span[0] <= start and end <= span[1] and _stands_alone(shown, at, at + len(form)):
            return Quote(turn, start, end, original.text[start:end])
        at = shown.key.find(form, at + 1)
    return None


def _stands_alone(shown: ShownTurn, start: int, end: int) -> bool:
    """Whether whole words were quoted; scripts that write no spaces between words have no such edges."""
    return not (_joined(shown.key, start) or _joined(shown.key, end))


def _joined(text: str, edge: int) -> bool:
    return 0 < edge < len(text) and _in_word(text[edge - 1]) and _in_word(text[edge])


def _in_word(char: str) -> bool:
    return char.isdigit() or char.lower() != char.upper()
