"""The shape of a template file: what may stand where, and what each thing is for."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from coachloop.core.model.phrase import DEFAULT_GAP, parse_phrase

KEY_PATTERN = r"^[a-z][a-z0-9_-]*$"


def _is_phrase(text: str) -> str:
    parse_phrase(text)
    return text


def _spelled_out(window: object) -> object:
    return {"anywhere": True} if window == "anywhere" else window


Key = Annotated[str, Field(pattern=KEY_PATTERN, max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
OptionalText = Annotated[str | None, Field(max_length=5000)]
PhraseText = Annotated[str, Field(max_length=500), AfterValidator(_is_phrase)]
Phrases = Annotated[list[PhraseText], Field(min_length=1, max_length=500)]
Texts = Annotated[list[Text], Field(max_length=500)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Turns = Annotated[int, Field(ge=1, le=10_000)]
Number = Annotated[float | None, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Shape(BaseModel):
    """A mapping of the language; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class AppliesToShape(Shape):
    """The conversations that the template is for; without it, all."""

    channel: Texts | None = Field(None, description="channels, such as [voice]")
    queue: Texts | None = Field(None, description="queues, such as [seller-leads]")
    language: Texts | None = Field(None, description="languages, such as [en]")
    direction: Texts | None = Field(None, description="directions, such as [outbound]")


class WindowShape(Shape):
    """Where the agent has to do it. One key, or `after` with `within_turns`."""

    anywhere: Literal[True, "true", "yes", "on", None] = Field(
        None, description="the whole conversation, as without a window"
    )
    first_seconds: Seconds | None = Field(None, description="seconds from the first word spoken, such as 30")
    last_seconds: Seconds | None = Field(None, description="seconds before the last word ends, such as 60")
    first_turns: Turns | None = Field(None, description="turns of all speakers from the start, such as 4")
    last_turns: Turns | None = Field(None, description="turns of all speakers before the end, such as 6")
    after: Literal["applies_when"] | None = Field(None, description="`applies_when`: after what opened the moment")
    within_turns: Turns | None = Field(None, description="the agent's turns after that which count, such as 3")


class AppliesWhenShape(Shape):
    """What opens a moment; without it, the conversation itself. One of the two."""

    customer_says: Phrases | None = Field(
        None, description="phrases of the customer, such as [too expensive, how much]"
    )
    question: OptionalText = Field(None, description="a question that a learned scorer or a judge answers")


class ExamplesShape(Shape):
    """Sentences that show the behaviour and sentences that miss it; people and scorers learn from both."""

    met: Texts | None = Field(None, description="sentences of an agent who does it")
    not_met: Texts | None = Field(None, description="sentences of an agent who does not")


class PhrasesShape(Shape):
    """Words: decides on a hit; on a miss it passes, unless it is the last scorer available or `miss: not_met` is set.

    A phrase is words, found in this order whatever their case and whatever stands between them (`I'm` and `Im` are
    alike); ` ... ` leaves room for up to `gap` other words; `{customer_name}` and `{agent_name}` stand for any part of the
    name; `/.../` is a regular expression in RE2.
    """

    any: Phrases | None = Field(None, description="phrases of which one shows the behaviour")
    all: Phrases | None = Field(None, description="phrases that together show the behaviour")
    none: Phrases | None = Field(None, description="phrases that show it is not met, whatever else is said")
    miss: Literal["pass", "not_met"] | None = Field(
        None, description="what a miss means: `pass` (as without it) or `not_met`"
    )
    gap: Annotated[int | None, Field(ge=0, le=50)] = Field(
        None, description=f"the most other words for ` ... `, a whole number such as {DEFAULT_GAP} (as without it)"
    )


class RangeShape(Shape):
    """The numbers that are good: from `min` to `max`, either may be left out."""

    min: Number = Field(None, description="the least that is good, a number")
    max: Number = Field(None, description="the most that is good, a number")


class TimingShape(Shape):
    """Times: met where every number that is named is in its range."""

    talk_share: RangeShape | None = Field(None, description="the agent's share of the time spoken, 0 to 1")
    longest_silence: RangeShape | None = Field(None, description="seconds of the longest silence between two turns")
    interruptions: RangeShape | None = Field(None, description="how often the agent cuts in while the customer speaks")
    words_a_minute: RangeShape | None = Field(None, description="the agent's words in a minute of their own speech")
    first_response: RangeShape | None = Field(
        None, description="seconds from the customer's first turn to the agent's answer"
    )


class LearnedShape(Shape):
    """A local model trained on the centre's own labels."""

    abstain: bool | None = Field(None, description="true (as without it): passes when unsure; false: always decides")
    error: Annotated[float | None, Field(gt=0, lt=0.5, allow_inf_nan=False)] = Field(
        None, description="the share of its decisions that may be wrong, above 0 and below 0.5; 0.1 without it"
    )


class JudgeShape(Shape):
    """An LLM judge; asked only for what is still open."""

    votes: Annotated[int | None, Field(ge=1, le=9)] = Field(
        None, description="how often it is asked, 1 (as without it) to 9; more than half must agree"
    )
    examples: Annotated[int | None, Field(ge=0, le=8)] = Field(
        None, description="how many of the centre's own reviews it is shown as examples, 0 (as without it) to 8"
    )


class NothingShape(Shape):
    """No options: write `{}`."""


class MemberShape(BaseModel):
    """One scorer of the cascade with its options: a mapping with one key. Plug-ins join by their own names."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"minProperties": 1, "maxProperties": 1})

    phrases: PhrasesShape | None = None
    timing: TimingShape | None = None
    learned: LearnedShape | None = None
    judge: JudgeShape | None = None
    human: NothingShape | None = Field(None, description="people decide; no options")
    imported: NothingShape | None = Field(None, description="another tool's verdicts decide; no options")


class BehaviourShape(Shape):
    """One observable thing an agent does or does not do."""

    key: Key = Field(description="its name in data, such as states_purpose")
    title: Text = Field(description="its name on pages")
    question: Text = Field(description="what a scorer answers with yes or no")
    good: OptionalText = Field(None, description="what good sounds like, in the agent's words")
    why: OptionalText = Field(None, description="why it matters, told to the agent")
    target: Annotated[float | None, Field(gt=0, le=1, allow_inf_nan=False)] = Field(
        None, description="the rate to reach, above 0 and at most 1, such as 0.9"
    )
    weight: Annotated[float | None, Field(ge=0, le=1000, allow_inf_nan=False)] = Field(
        None, description="orders the focus when nothing better is known, 0 to 1000, such as 1"
    )
    critical: bool | None = Field(None, description="true: a not_met reaches the leader the same day; else false")
    window: Annotated[WindowShape | None, BeforeValidator(_spelled_out)] = Field(
        None, description="where it has to happen, such as {first_seconds: 30}"
    )
    applies_when: AppliesWhenShape | None = Field(
        None, description="what opens a moment, such as {customer_says: [price]}"
    )
    require: Literal["any", "all", "first"] | None = Field(
        None, description="of several moments: any (as without it), all, or first"
    )
    examples: ExamplesShape | None = Field(None, description="sentences, such as {met: [...], not_met: [...]}")
    score_with: list[MemberShape] | None = Field(
        None, description="scorers, the first that decides, decides, such as [{phrases: {any: [...]}}, {judge: {}}]"
    )


class TemplateShape(Shape):
    """What a centre looks for in one kind of conversation."""

    key: Key = Field(description="its name in data, such as first-30-seconds")
    title: Text = Field(description="its name on pages")
    applies_to: AppliesToShape | None = Field(
        None, description="the conversations it is for, such as {channel: [voice]}"
    )
    behaviours: Annotated[list[BehaviourShape], Field(min_length=1, max_length=200)] = Field(
        description="what to look for, a list that holds at least one behaviour"
    )


KNOWN_SCORERS = tuple(MemberShape.model_fields)
"""The scorers that need no plug-in."""

_NESTED: dict[tuple[str, ...], type[BaseModel]] = {
    (): TemplateShape,
    ("applies_to",): AppliesToShape,
    ("behaviours",): BehaviourShape,
    ("behaviours", "window"): WindowShape,
    ("behaviours", "applies_when"): AppliesWhenShape,
    ("behaviours", "examples"): ExamplesShape,
    ("behaviours", "score_with", "phrases"): PhrasesShape,
    ("behaviours", "score_with", "learned"): LearnedShape,
    ("behaviours", "score_with", "judge"): JudgeShape,
    ("behaviours", "score_with", "timing"): TimingShape,
    **{("behaviours", "score_with", "timing", name): RangeShape for name in TimingShape.model_fields},
}


def shape_at(path: tuple[str | int, ...]) -> type[BaseModel]:
    """The shape of the mapping at this path; one without keys where the language knows none."""
    return _NESTED.get(tuple(step for step in path if isinstance(step, str)), NothingShape)


def template_schema(plugins: tuple[str, ...] = ()) -> dict[str, Any]:
    """The language as a JSON Schema (draft 2020-12); `plugins` are further scorers, whose options are their own."""
    schema = TemplateShape.model_json_schema()
    member = schema["$defs"]["MemberShape"]
    member["additionalProperties"] = False
    schema["$defs"]["BehaviourShape"]["properties"]["window"]["anyOf"].append({"const": "anywhere"})
    for name in plugins:
        member["properties"][name] = {"type": ["object", "null"], "description": "a plug-in's options"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
