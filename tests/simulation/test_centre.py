from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coachloop import simulation
from coachloop.simulation import (
    language_closing,
    language_coaching,
    language_discovery,
    language_facts,
    language_opening,
    language_scenarios,
    language_service,
)
from coachloop.simulation.grammar import Pool, compiled, slot_names, tidy
from coachloop.simulation.scene import in_words

LAST_DAY = date(2026, 7, 31)
SEED = 11
OPENING = {"uses_name", "states_purpose", "positive_reason"}


class Centre(NamedTuple):
    """What was written, read back, and the truth behind it."""

    files: simulation.CentreFiles
    plan: simulation.Plan
    conversations: list[dict[str, Any]]
    truth: list[dict[str, Any]]
    scores: list[dict[str, str]]


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """Two in five of the full centre's people, over its full time."""
    size: dict[str, Any] = {"seed": SEED, "last_day": LAST_DAY, "agents": 60, "teams": 6}
    files = simulation.write_centre(tmp_path_factory.mktemp("centre"), **size)
    return Centre(
        files=files,
        plan=simulation.simulate_plan(**size),
        conversations=lines(files.conversations),
        truth=lines(files.truth),
        scores=rows(files.scores),
    )


@pytest.fixture(scope="module")
def plan() -> simulation.Plan:
    """The truth of a centre at full size."""
    return simulation.simulate_plan(SEED, last_day=LAST_DAY)


def rate(verdicts: list[str]) -> float:
    """Met among met and not met."""
    counts = Counter(verdicts)
    return counts["met"] / (counts["met"] + counts["not_met"])


# Files


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    small: dict[str, Any] = {"last_day": LAST_DAY, "agents": 12, "teams": 4, "working_days": 30, "transcript_days": 3}
    one, same, other = (
        simulation.write_centre(tmp_path / name, seed=seed, **small)
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    for name in ("people", "conversations", "truth", "scores", "coaching"):
        assert getattr(one, name).read_bytes() == getattr(same, name).read_bytes()
    assert one.conversations.read_bytes() != other.conversations.read_bytes()


def test_people_have_every_role_and_their_own_address(centre: Centre) -> None:
    people = rows(centre.files.people)
    roles = Counter(person["role"] for person in people)
    assert roles == {"agent": 60, "team_leader": 6, "qa_lead": 2, "evaluator": 3, "operations": 1, "admin": 1}
    assert len({person["email"] for person in people}) == len(people)
    assert all(person["email"].endswith("@example.org") for person in people)
    assert all(bool(person["agent_id"]) == (person["role"] == "agent") for person in people)


def test_conversations_are_in_the_native_format(centre: Centre) -> None:
    assert len({conversation["id"] for conversation in centre.conversations}) == len(centre.conversations)
    for conversation in centre.conversations:
        assert conversation["customer_id"]
        assert conversation["customer_name"]
        assert datetime.fromisoformat(conversation["started_at"]).tzinfo is not None
        assert conversation["direction"] == ("inbound" if conversation["queue"] == "tenant-service" else "outbound")
        assert conversation["outcome"] is None or isinstance(conversation["outcome"]["converted"], bool)
        assert all(turn["speaker"] in {"agent", "customer"} for turn in conversation["turns"])


def test_turns_have_words_and_come_in_the_order_of_their_start(centre: Centre) -> None:
    overlaps = turns = 0
    for conversation in centre.conversations:
        spoken = conversation["turns"]
        turns += len(spoken)
        assert all(0 <= turn["start"] < turn["end"] and turn["text"].strip() for turn in spoken)
        for earlier, later in pairwise(spoken):
            assert earlier["start"] <= later["start"]
            overlaps += later["start"] < earlier["end"]
    assert 0.03 < overlaps / turns < 0.2


def test_conversations_are_about_as_many_and_as_long_as_real_ones(centre: Centre) -> None:
    a_head = len(centre.conversations) / 60
    assert 26 <= a_head <= 34
    lengths = [len(conversation["turns"]) for conversation in centre.conversations]
    assert sum(12 <= length <= 40 for length in lengths) / len(lengths) > 0.8
    assert max(lengths) <= 60


def test_every_behaviour_of_a_conversation_has_its_truth(centre: Centre) -> None:
    wanted = {key: {b.key for b in simulation.BEHAVIOURS if (b.template == "service") == key} for key in (True, False)}
    found = defaultdict(set)
    for row in centre.truth:
        found[row["conversation_id"]].add(row["behaviour"])
    for conversation in centre.conversations:
        assert found[conversation["id"]] == wanted[conversation["queue"] == "tenant-service"]


def test_what_is_met_is_shown_by_the_agents_own_turns(centre: Centre) -> None:
    turns = {conversation["id"]: conversation["turns"] for conversation in centre.conversations}
    for row in centre.truth:
        spoken = turns[row["conversation_id"]]
        assert bool(row["turns"]) == (row["verdict"] == "met")
        for place in row["turns"]:
            assert spoken[place]["speaker"] == "agent"
            if row["behaviour"] in OPENING:
                assert spoken[place]["start"] - spoken[0]["start"] < 30


def test_scores_are_a_machines_reading_of_the_earlier_days(centre: Centre) -> None:
    first_told = min(conversation["started_at"][:10] for conversation in centre.conversations)
    assert all(row["started_at"][:10] < first_told for row in centre.scores)
    assert {row["verdict"] for row in centre.scores} == {"met", "not_met", "na"}
    assert {row["outcome_converted"] for row in centre.scores} == {"0", "1", ""}
    assert 0.6 < len(centre.scores) / (60 * 48 * 2 * 7.5) < 1.4


def test_coaching_names_known_agents_and_their_leaders(centre: Centre) -> None:
    people = rows(centre.files.people)
    leaders = {person["team"]: person["email"] for person in people if person["role"] == "team_leader"}
    teams = {person["agent_id"]: person["team"] for person in people if person["agent_id"]}
    for session in rows(centre.files.coaching):
        assert session["leader"] == leaders[teams[session["agent_id"]]]
        assert session["held_on"] < session["review_on"]
        assert session["action"]


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"teams": 3}, {"agents": 20}, {"working_days": 5}, {"transcript_days": 60}]
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        simulation.simulate_plan(**{"seed": 1, "last_day": LAST_DAY, **wrong})


def test_last_day_on_a_weekend_is_the_friday_before() -> None:
    assert simulation.simulate_plan(1, last_day=date(2026, 8, 2)).days[-1] == LAST_DAY


# Story


def test_bottom_third_hardly_ever_states_the_purpose(centre: Centre) -> None:
    bottom = {centre.plan.agents[place].agent_id for place in centre.plan.bottom}
    agent_of = {conversation["id"]: conversation["agent_id"] for conversation in centre.conversations}
    stated: dict[bool, list[str]] = {True: [], False: []}
    for row in centre.truth:
        if row["behaviour"] == "states_purpose":
            stated[agent_of[row["conversation_id"]] in bottom].append(row["verdict"])
    assert rate(stated[True]) == pytest.approx(0.20, abs=0.07)
    assert rate(stated[False]) > 0.65


def test_fifty_agents_miss_the_purpose_in_four_of_five_calls(plan: simulation.Plan) -> None:
    assert len(plan.bottom) == 50
    rates = [plan.rate(agent, "states_purpose", 0) for agent in plan.bottom]
    assert sum(rates) / 50 == pytest.approx(0.20, abs=0.03)


def test_hook_starts_near_two_in_five(plan: simulation.Plan, centre: Centre) -> None:
    rates = [plan.rate(agent, "positive_reason", 0) for agent in range(150)]
    assert sum(rates) / 150 == pytest.approx(0.40, abs=0.05)
    early = centre.plan.days[9].isoformat()
    heard = [
        row["verdict"]
        for row in centre.scores
        if row["behaviour"] == "positive_reason" and row["started_at"][:10] <= early
    ]
    sensitivity, specificity = simulation.JUDGE["positive_reason"]
    true = (rate(heard) + specificity - 1) / (sensitivity + specificity - 1)
    assert true == pytest.approx(0.40, abs=0.08)


def test_some_coaching_works_and_some_does_nothing(plan: simulation.Plan) -> None:
    assert len(plan.coachings) == 60
    worked = [session for session in plan.coachings if session.points]
    assert 20 <= len(worked) <= 50
    for session in plan.coachings:
        before = plan.rate(session.agent, session.behaviour, session.held, queue="seller-leads")
        after = plan.rate(session.agent, session.behaviour, session.held + 1, queue="seller-leads")
        assert after - before == pytest.approx(session.points, abs=0.1)
        assert session.points == 0 or 0.15 <= session.points <= 0.25


def test_coaching_that_works_shows_in_the_scores(centre: Centre) -> None:
    heard: dict[bool, list[str]] = {True: [], False: []}
    sessions = {
        (centre.plan.agents[session.agent].agent_id, session.behaviour): centre.plan.days[session.held].isoformat()
        for session in centre.plan.coachings
        if session.points
    }
    for row in centre.scores:
        held_on = sessions.get((row["agent_id"], row["behaviour"]))
        if held_on:
            heard[row["started_at"][:10] > held_on].append(row["verdict"])
    assert 0.06 < rate(heard[True]) - rate(heard[False]) < 0.30


def test_two_skills_slide_in_the_last_three_weeks(centre: Centre) -> None:
    group = {centre.plan.agents[slide.agent].agent_id for slide in centre.plan.slides}
    assert {slide.behaviour for slide in centre.plan.slides} == {"pain_mirror", "why_after_budget"}
    assert all(slide.onset == 45 for slide in centre.plan.slides)
    late = {c["id"] for c in centre.conversations if c["agent_id"] in group}
    for behaviour in ("pain_mirror", "why_after_budget"):
        before = [r["verdict"] for r in centre.scores if r["behaviour"] == behaviour and r["agent_id"] in group]
        after = [r["verdict"] for r in centre.truth if r["behaviour"] == behaviour and r["conversation_id"] in late]
        judge = simulation.JUDGE[behaviour]
        assert rate(before) > 0.6 * judge.sensitivity + 0.4 * (1 - judge.specificity)
        assert rate(after) < 0.48


def test_conversion_follows_the_slide_about_a_week_later(plan: simulation.Plan) -> None:
    agents = {slide.agent for slide in plan.slides}
    done = ["states_purpose"]

    def expected(day: int) -> float:
        return sum(plan.outcome(agent, day, queue="seller-leads", done=done) for agent in agents) / len(agents)

    assert expected(45 + 4) == pytest.approx(expected(20))
    assert expected(45 + 12) < 0.55 * expected(20)


def test_able_agents_do_more_and_convert_more(plan: simulation.Plan) -> None:
    bottom, top = plan.bottom[:25], sorted(range(150), key=lambda agent: plan.ability[agent])[-25:]
    for behaviour in ("assumptive_close", "positive_reason"):
        low, high = (sum(plan.rate(a, behaviour, 0, queue="seller-leads") for a in group) for group in (bottom, top))
        assert high > low + 25 * 0.15
    low, high = (sum(plan.outcome(a, 0, queue="seller-leads", done=[]) for a in group) for group in (bottom, top))
    assert high > 1.5 * low


def test_a_few_agents_move_to_a_harder_queue(plan: simulation.Plan) -> None:
    assert 3 <= len(plan.moves) <= 8
    for move in plan.moves:
        before = plan.rate(move.agent, "open_questions", move.day - 1)
        assert plan.rate(move.agent, "open_questions", move.day) < before or before == 0.02


def test_service_is_a_seventh_of_the_calls_and_two_teams_work(centre: Centre) -> None:
    service = [c for c in centre.conversations if c["queue"] == "tenant-service"]
    assert len({conversation["team"] for conversation in service}) == 2
    assert 0.05 < len(service) / len(centre.conversations) < 0.3


# Language


def test_whole_turns_rarely_repeat(centre: Centre) -> None:
    said = Counter(
        turn["text"]
        for conversation in centre.conversations[:500]
        for turn in conversation["turns"]
        if turn["speaker"] == "agent" and len(turn["text"].split()) > 8
    )
    assert len(said) / said.total() >= 0.7
    assert said.most_common(1)[0][1] <= 0.01 * said.total()


def test_no_phrase_is_left_unfilled_or_badly_put_together(centre: Centre) -> None:
    for conversation in centre.conversations:
        for turn in conversation["turns"]:
            assert not set("[]{}|") & set(turn["text"])
            assert "  " not in turn["text"]
            assert " ," not in turn["text"]
            assert ",," not in turn["text"]


def pools(value: object) -> Iterator[Pool]:
    """Every pool inside a module's constants."""
    if isinstance(value, Pool):
        yield value
    elif isinstance(value, dict):
        yield from pools(tuple(value.values()))
    elif isinstance(value, tuple):
        for item in value:
            yield from pools(item)


MODULES = (
    language_closing,
    language_coaching,
    language_discovery,
    language_facts,
    language_opening,
    language_scenarios,
    language_service,
)
SLOTS = """agent firm cname cshort cfirst csur cfull daypart street town town2 home parent she her them beds partner
valuer month past day day2 when1 when2 time1 time2 price price_again ask ask_low fee fee_low asked thing echo value
feel recap"""


def test_phrases_ask_only_for_what_a_call_knows() -> None:
    count = 0
    for module in MODULES:
        for pool in pools(tuple(vars(module).values())):
            for pattern in pool.patterns:
                count += 1
                assert slot_names(pattern) <= set(SLOTS.split())
    assert count > 1000


@pytest.mark.parametrize("phrase", ["[one|two", "one]", "{name", "a } b"])
def test_brackets_that_do_not_match_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="must match"):
        compiled(phrase)


@pytest.mark.parametrize(
    ("loose", "tight"),
    [
        ("so , yes  . and then", "So, yes. And then"),
        ("well,. okay?, fine", "Well. Okay? Fine"),
        ("because...? right", "Because...? Right"),
        (" , hello", "Hello"),
    ],
)
def test_loose_ends_are_tidied(loose: str, tight: str) -> None:
    assert tidy(loose) == tight


@pytest.mark.parametrize(
    ("number", "words"), [(340, "three forty"), (1250, "twelve fifty"), (400, "four hundred"), (205, "two oh five")]
)
def test_prices_are_said_as_people_say_them(number: int, words: str) -> None:
    assert in_words(number) == words
