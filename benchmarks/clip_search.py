"""How well clips are found by what they are about, where the floor lies, and what a search costs at 10,000 clips.

usage: COACHLOOP_EMBEDDINGS=FOLDER python benchmarks/clip_search.py [--clips 10000]

The labelled set below was written for this: what somebody might type, and which clips they would want to see. Half of the queries
choose how a clip is compared and the floor, the other half says how good that is. Queries that nothing fits are among them: without a
floor, or by reciprocal rank fusion (Cormack, Clarke and Buettcher 2009), something is shown for each of them.

Then the nearest of 10,000 clips are looked for by numpy, by scikit-learn's NearestNeighbors, and by a full scan in SQLite.
"""

import argparse
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.embeddings import OnnxEncoder
from coachloop.core.coaching.clip_search import FLOOR
from coachloop.core.model.spoken import looked_for, places

CLIPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "why_first": ("Why before how much", "He asks what matters before he names a number.", (
        "How much is the premium plan?", "Gladly. Before I give you a number, what would it have to do for you?", "We lose orders when the line drops.")),
    "worth": ("What it is worth to them", "The number comes with what it saves.", (
        "That is a lot of money.", "It is. You told me an hour down costs you two thousand, and this has saved others three hours a month.")),
    "price_calm": ("Ninety nine, and quiet", "She says the price and waits.", (
        "What does it cost?", "Ninety nine a month.", "Okay.", "Shall I set it up?")),
    "angry": ("He lets her finish", "Nobody is interrupted, and the anger goes by itself.", (
        "This is the fourth time I call and nobody has done anything!", "Four times. That should not have happened, and I am sorry. Tell me what went wrong, I am listening.")),
    "calm_voice": ("Slow when it gets loud", "The louder the caller, the slower the agent.", (
        "I want this sorted right now or I am cancelling everything!", "I understand. Let us do it together, one thing at a time. First, your order.")),
    "sorry": ("A real apology", "It names what happened and makes no excuse.", (
        "You promised me Tuesday.", "We did, and we broke that promise. I am sorry you stayed at home for nothing.")),
    "refund": ("The money is on its way", "Says when and how it comes back.", (
        "So do I get my money back?", "Yes. I have sent it to your card just now, it takes three days, and here is the reference.")),
    "next_step": ("A day and an hour", "Nobody hangs up without knowing what comes next.", (
        "So what happens now?", "I call you on Thursday at ten with the answer of the workshop. Does ten suit you?")),
    "summary": ("All of it in two sentences", "The customer hears that they were understood.", (
        "Let me say it back: the router restarts at night, and you need it to hold for the alarm. Have I got that right?", "Exactly.")),
    "open_question": ("Tell me about your day", "One open question, then silence.", (
        "What does a usual day look like for you?", "Well, we open at six, and by eight the till is the problem.")),
    "name": ("She uses the name", "Once at the start, once at the end.", (
        "Good morning, this is Lea.", "Hello, my name is [CUSTOMER_NAME].", "Lovely to talk to you, [CUSTOMER_NAME].")),
    "identity": ("Checking who it is, kindly", "Security questions with a reason.", (
        "So that nobody else can get at your account, may I ask you for your date of birth?", "Of course, thank you for checking.")),
    "hold": ("Asks before the music", "Says how long, and why, before putting on hold.", (
        "May I put you on hold for one minute? I want to ask the warehouse directly.", "Sure.")),
    "transfer": ("A warm handover", "The colleague knows everything already.", (
        "I have told Tom everything, so you need not repeat it. He is on the line now.", "That is nice, thank you.")),
    "competitor": ("Fair about the others", "No bad word about another provider.", (
        "The other company offers it for ten less.", "They do, and they are good. The difference is that ours is repaired on the same day.")),
    "objection": ("I have to think about it", "Asks what is missing instead of pushing.", (
        "I need to think about it.", "Of course. What would you need to know to decide?")),
    "cancel": ("They want to leave", "Finds out why before anything is offered.", (
        "I would like to cancel my contract.", "I am sorry to hear it. May I ask what has changed for you?", "We move abroad.")),
    "no_jargon": ("Without a foreign word", "Technology in everyday language.", (
        "What is a static address?", "Think of it as a house number that never changes, so that your camera always finds home.")),
    "bad_news": ("It will not come this week", "Bad news at once, with what can be done.", (
        "Is it coming tomorrow?", "No, I am afraid not before Monday. What I can do is lend you one until then.")),
    "small_talk": ("The dog in the background", "A laugh, and back to the matter.", (
        "Sorry, that is my dog.", "He sounds as if he wanted a word with us too!", "He always does.")),
    "elderly": ("At her pace", "He waits until she has found the button.", (
        "Wait, I am not so quick with these things.", "Take all the time you need. I stay with you.")),
    "upsell": ("Something that fits", "One offer, out of what the customer said.", (
        "We have a second shop from May.", "Then a second line would spare you the forwarding. Shall I tell you what it does?")),
    "thanks": ("Thank you for waiting", "Thanks instead of sorry.", (
        "Thank you for waiting so patiently.", "No problem.")),
    "permission": ("May I?", "Asks before the questions.", (
        "May I ask you three short questions so that I find the right thing for you?", "Go ahead.")),
}  # fmt: skip

QUERIES: dict[str, set[str]] = {
    "furious customer": {"angry", "calm_voice"},
    "talking about price with confidence": {"price_calm", "worth", "why_first"},
    "de-escalation": {"angry", "calm_voice"},
    "too expensive": {"worth", "competitor", "price_calm", "why_first"},
    "apologise for a mistake": {"sorry", "angry"},
    "customer wants to quit": {"cancel"},
    "explain technical things simply": {"no_jargon"},
    "put on hold": {"hold"},
    "repeat what the customer said": {"summary"},
    "handing the call over to a colleague": {"transfer"},
    "reimbursement": {"refund"},
    "agree on a follow-up call": {"next_step"},
    "verification of identity": {"identity"},
    "patience with old people": {"elderly"},
    "selling an additional product": {"upsell"},
    "rival offers are cheaper": {"competitor"},
    "delay of a delivery": {"bad_news", "sorry"},
    "hesitant buyer": {"objection"},
    "humour": {"small_talk"},
    "ask what they need": {"why_first", "open_question", "objection", "permission", "cancel"},
    "active listening": {"angry", "summary"},
    "greeting somebody personally": {"name"},
    "asking for consent to ask questions": {"permission"},
    "gratitude": {"thanks"},
    "parking permit": set(),
    "football results": set(),
    "quarterly tax return": set(),
    "mountain bike": set(),
    "vaccination": set(),
    "chocolate cake recipe": set(),
    "machine learning": set(),
    "gardening in winter": set(),
}

type Vectors = NDArray[np.float32]
type Parts = Callable[[tuple[str, str, tuple[str, ...]]], Sequence[str]]

WAYS: dict[str, Parts] = {
    "all in one": lambda clip: [" ".join([clip[0], clip[1], *clip[2]])],
    "said, and about it": lambda clip: [f"{clip[0]}. {clip[1]}", " ".join(clip[2])],
    "turn by turn": lambda clip: [f"{clip[0]}. {clip[1]}", *clip[2]],
}


def nearness(encoder: OnnxEncoder, parts: Parts, queries: Sequence[str]) -> Vectors:
    """Of each query to each clip: to the part of it that is nearest."""
    texts = [parts(clip) for clip in CLIPS.values()]
    vectors = encoder.encode([text for some in texts for text in some])
    starts = np.cumsum([0, *(len(some) for some in texts[:-1])])
    near: Vectors = np.maximum.reduceat(encoder.encode(list(queries)) @ vectors.T, starts, axis=1)
    return near


def says(query: str, clip: tuple[str, str, tuple[str, ...]]) -> bool:
    """Whether every word is there."""
    return all(any(places(text, [one]) for text in (clip[0], clip[1], *clip[2])) for one in looked_for(query))


def shown(said: Sequence[bool], near: NDArray[np.float32], floor: float) -> list[int]:
    """What is shown, in order."""
    order = sorted(range(len(said)), key=lambda one: (not said[one], -near[one]))
    return [one for one in order if said[one] or near[one] >= floor]


def fused(said: Sequence[bool], near: NDArray[np.float32]) -> list[int]:
    """By reciprocal rank fusion, as many as a page shows first."""
    words = [one for one in range(len(said)) if said[one]]
    meaning = sorted(range(len(said)), key=lambda one: -near[one])
    score = {one: 1 / (60 + rank) for rank, one in enumerate(meaning, 1)}
    for rank, one in enumerate(words, 1):
        score[one] += 1 / (60 + rank)
    return sorted(score, key=lambda one: -score[one])[:10]


def quality(lists: Iterable[tuple[list[int], set[str]]]) -> tuple[float, float, float, float]:
    """Mean F1, mean reciprocal rank and recall where something fits; share of the others for which nothing is shown."""
    keys, f1, rank, recall, silent = list(CLIPS), [], [], [], []
    for found, wanted in lists:
        names = [keys[one] for one in found]
        if not wanted:
            silent.append(not names)
            continue
        right = len(wanted & set(names))
        f1.append(2 * right / (len(names) + len(wanted)))
        recall.append(right / len(wanted))
        rank.append(next((1 / place for place, name in enumerate(names, 1) if name in wanted), 0.0))
    return tuple(float(np.mean(one)) for one in (f1, rank, recall, silent))  # type: ignore[return-value]


def choose(encoder: OnnxEncoder) -> None:
    """Prints how well each way does."""
    queries = list(QUERIES)
    halves = {"chosen on": queries[::2], "held out": queries[1::2]}
    print("| compared | floor | half | F1 | reciprocal rank | recall | silent where nothing fits |")
    print("|---|---|---|---|---|---|---|")
    for half, some in halves.items():
        said = {query: [says(query, clip) for clip in CLIPS.values()] for query in some}
        words = [[number for number, yes in enumerate(said[one]) if yes] for one in some]
        row("words alone", list(zip(words, map(QUERIES.__getitem__, some), strict=True)), half=half)
        for name, parts in WAYS.items():
            near = dict(zip(some, nearness(encoder, parts, some), strict=True))
            row(f"fused, {name}", [(fused(said[one], near[one]), QUERIES[one]) for one in some], half=half)
            for floor in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45):
                lists = [(shown(said[one], near[one], floor), QUERIES[one]) for one in some]
                row(name, lists, half=half, floor=f"{floor:.2f}{' (ours)' if floor == FLOOR else ''}")


def row(name: str, lists: list[tuple[list[int], set[str]]], *, half: str, floor: str = "") -> None:
    """One line of the table."""
    print(f"| {name} | {floor} | {half} | {' | '.join(f'{one:.2f}' for one in quality(lists))} |")


def timed(name: str, search: Callable[[], object], times: int = 20) -> None:
    """Prints how long it takes."""
    search()
    took, worked = [], []
    for _ in range(times):
        clock, work = perf_counter(), process_time()
        search()
        took.append(perf_counter() - clock)
        worked.append(process_time() - work)
    print(f"| {name} | {1000 * median(took):.1f} | {1000 * median(worked):.1f} |")


def cost(clips: int, *, parts: int, dimensions: int = 384) -> None:
    """Prints how long the nearest take among so many clips."""
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(clips * parts, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = vectors[:1] + 0.01
    print(f"\n| {clips:,} clips of {parts} texts | ms | ms of a core |\n|---|---|---|")

    def plain() -> object:
        near = (vectors @ query[0]).reshape(clips, parts).max(axis=1)
        return np.argpartition(-near, 200)[:200]

    timed("numpy", plain)
    neighbours = NearestNeighbors(n_neighbors=200, metric="cosine", algorithm="brute").fit(vectors)
    timed("scikit-learn, NearestNeighbors", lambda: neighbours.kneighbors(query))
    base = sqlite3.connect(":memory:")
    base.create_function("near", 1, lambda blob: float(np.frombuffer(blob, np.float32) @ query[0]), deterministic=True)
    base.execute("create table clip (id integer primary key, vector blob)")
    base.executemany("insert into clip (vector) values (?)", ((one.tobytes(),) for one in vectors))
    scan = "select id from clip order by near(vector) desc limit 200"
    timed("SQLite, full scan", lambda: base.execute(scan).fetchall(), times=5)


def main() -> None:
    """Both tables."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--clips", type=int, default=10_000)
    choose(OnnxEncoder(Path(os.environ["COACHLOOP_EMBEDDINGS"])))
    cost(asked.parse_args().clips, parts=2)


if __name__ == "__main__":
    main()
