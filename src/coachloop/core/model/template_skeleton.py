"""The first text of a new template: it is taken as it stands, and says what to put where."""

import json
import re
import unicodedata

SKELETON = """\
key: {key}
title: {title}
# applies_to: {{channel: [voice], queue: [sales]}}   # leave out for every conversation
behaviours:
  - key: {behaviour_key}
    title: {behaviour}
    question: {question}
    # good: "Words that show what good sounds like."
    # why: Why it helps the customer.
    # target: 0.8                     # the rate to reach
    # applies_when: {{customer_says: [price, "too expensive"]}}   # else in every conversation
    window: anywhere                  # or {{first_seconds: 30}}, {{first_turns: 4}}, {{last_turns: 4}}
    score_with:
      - phrases: {{any: {phrases}}}
"""


def skeleton(*, title: str, behaviour: str) -> str:
    """A template with one behaviour, by its title and the behaviour's."""
    return SKELETON.format(
        key=_key(title, "my-template", "-"),
        title=_quoted(title),
        behaviour_key=_key(behaviour, "my_behaviour", "_"),
        behaviour=_quoted(behaviour),
        question=_quoted(f"Did the agent do this: {behaviour}?"),
        phrases=json.dumps(["words that show it"]),
    )


def _key(text: str, otherwise: str, joint: str) -> str:
    """A key of the language from any title; letters with marks lose them, and YAML's word for nothing is no key."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", joint, plain).strip("-_").lstrip("0123456789-_")
    short = slug[:60].strip("-_")
    return otherwise if short in {"", "null"} else short


def _quoted(text: str) -> str:
    """Text that YAML reads as this text, whatever it holds."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
