"""The standing cast: one leader who owns, one of another team who must not, two agents of theirs, and every other role.

Their calls come in through the ordinary services, so that pages are tried on what they will really show.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from coachloop.app.models import (
    Agent,
    Behaviour,
    Clip,
    DriftAlert,
    Grant,
    SessionRecording,
    Site,
    Slot,
    StandIn,
    Team,
    User,
    Verdict,
)
from coachloop.app.queries import sites
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import (
    absences,
    audit_draws,
    clips,
    coaching,
    disputes,
    gatherings,
    goals,
    ingest,
    proposals,
    recordings,
    rollups,
    scoring,
    slots,
    templates,
)
from coachloop.app.services.coaching import Notes
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.app.services.proposals import Idea
from coachloop.core.coaching.agreement import Agreement
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.coaching.protected import WeeklyTime, monday_of
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line
from coachloop.core.scoring.phrases import PhraseScorer

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
HOSTILE = "<script>alert(1)</script> \"quoted\" & 'single' \u202egnol saw ti\u202c \u05e9\u05dc\u05d5\u05dd"

NORTH = {"lea": "Lea Rossi", "tom": "Tom Okafor", "mia": "Mia Novak", "jon": "Jon Adler", "ava": "Ava Lindqvist"}
SOUTH = {"sam": "Sam Duarte", "kim": "Kim Vos"}
SKILL = {
    "lea": (0.95, 0.3, 0.85, 0.9, 0.85), "tom": (0.9, 0.9, 0.3, 0.85, 0.9), "mia": (0.99, 0.97, 0.95, 0.98, 0.95),
    "jon": (0.4, 0.85, 0.8, 0.6, 0.8), "ava": (0.96, 0.92, 0.88, 0.95, 0.35), "sam": (0.9, 0.4, 0.5, 0.7, 0.6),
    "kim": (0.7, 0.8, 0.7, 0.5, 0.9),
}  # fmt: skip
"""How likely each agent does each of five things: name, purpose, what is behind the budget, open question, good news."""

AGE = {"lea": 2, "jon": 6, "ava": 1}
"""Days since an agent's calls landed; 0 for those not named."""

TALK = """\
[0:00] Coach: Before I say anything: how do you think the call with Mr Costa went?
[0:06] Agent: Well, I was quick. Too quick, perhaps. He named his number and I was on the listings already.
[0:19] Coach: What made you go there so fast?
[0:23] Agent: I wanted to show him that we have something. I was afraid he hangs up.
[0:34] Coach: Let's listen to that moment. The customer said 480 thousand, and you said: let me see what we have.
[0:45] Agent: Yes. I never asked where the number comes from.
[0:51] Coach: Let's stay with that one thing. In your own words: what will you do on the next call?
[0:58] Agent: When I hear a number, I ask how they arrived at it. Before I show anything.
[1:07] Coach: By when do we see it?
[1:10] Agent: By Friday I have done it in ten calls.
[1:15] Coach: Good. On Friday we listen to two of them together.
"""
"""A coaching conversation as a leader writes it down."""

CUSTOMERS = ("Ms Berg", "Mr Haas", "Ms Lindt", "Mr Costa", "Ms Ivers", "Mr Novotny")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the moment at which they live."""

    now: datetime
    leader: User
    other_leader: User
    agent: User
    other_agent: User
    evaluator: User
    qa_lead: User
    operations: User
    admin: User
    nobody: User

    def who(self, name: str) -> User | None:
        """Somebody by name; `visitor` is not signed in."""
        found: User | None = None if name == "visitor" else getattr(self, name)
        return found


def standing_cast(now: datetime, *, calls: int = 24) -> Cast:
    """Two teams with their leaders, `calls` scored calls for each agent, and a person a role."""
    site = Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")
    leader, other = person("Ada Lindholm", Role.TEAM_LEADER), person("Ben Moreau", Role.TEAM_LEADER)
    Team.objects.create(key="north", name="North", site=site, leader=leader)
    Team.objects.create(key="south", name="South", site=site, leader=other)
    for name in ("first-30-seconds", "discovery"):
        publish((PLAYBOOKS / f"{name}.yaml").read_text(), now)
    for landed, theirs in _calls(now, calls):
        _scored(theirs, landed)
    rollups.refresh_rollups()
    cast = Cast(
        now=now,
        leader=leader,
        other_leader=other,
        agent=person("Lea Rossi", Role.AGENT),
        other_agent=person("Tom Okafor", Role.AGENT),
        evaluator=person("Eve Tanaka", Role.EVALUATOR),
        qa_lead=person("Quinn Abara", Role.QA_LEAD),
        operations=person("Ola Brandt", Role.OPERATIONS),
        admin=person("Ines Farkas", Role.ADMIN),
        nobody=person("Noor Salem"),
    )
    Agent.objects.filter(key="lea").update(user=cast.agent)
    Agent.objects.filter(key="tom").update(user=cast.other_agent)
    rollups.tell_the_planner()
    return cast


def person(name: str, *roles: Role) -> User:
    """Somebody with these roles and no password."""
    user = User.objects.create(email=f"{name.split(maxsplit=1)[0].lower()}@example.org", name=name, password="!")  # noqa: S106 -- no hash: nobody signs in with it
    Grant.objects.bulk_create(Grant(user=user, role=role) for role in roles)
    return user


def publish(text: str, now: datetime) -> None:
    """Add a template and let it score."""
    added = templates.add_template(viewer=OPERATOR, text=text, now=now)
    templates.publish_template(viewer=OPERATOR, key=added.version.template.key, now=now)


def take_in(calls: list[dict[str, Any]], now: datetime) -> None:
    """Ingest, score and count."""
    _scored(calls, now)
    rollups.refresh_rollups()


def _scored(calls: list[dict[str, Any]], now: datetime) -> None:
    lines = (Line("calls.jsonl", number, json.dumps(call).encode()) for number, call in enumerate(calls, 1))
    receipt = ingest.ingest(lines, viewer=OPERATOR, now=now)
    assert not receipt.refused, receipt.refused
    _score(now)


def score_all(now: datetime) -> None:
    """Score what waits, and count."""
    _score(now)
    rollups.refresh_rollups()


def _score(now: datetime) -> None:
    for engine in scoring.engines({"phrases": PhraseScorer()}):
        scoring.score_pending(engine, now=now)


def _calls(now: datetime, calls: int) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
    """Each agent's calls, with the moment at which they land."""
    dice = np.random.default_rng(7)
    for team, members in (("north", NORTH), ("south", SOUTH)):
        for key, name in members.items():
            landed = now - timedelta(days=AGE.get(key, 0))
            did = dice.random((calls, 5)) < np.array(SKILL[key])
            did[: calls // 6, 2] |= key == "tom"  # lately he asks what is behind the number
            yield landed, [call(key, name, team, number=n, did=did[n], now=landed) for n in range(calls)]


def call(key: str, name: str, team: str, *, number: int, did: Any, now: datetime) -> dict[str, Any]:
    """One call in which the agent did, or did not, do five things."""
    customer, first = CUSTOMERS[(number + len(key + name)) % len(CUSTOMERS)], name.split(maxsplit=1)[0]
    started = (now - timedelta(days=1 + (number * 3) // 4)).astimezone(UTC)
    started = started.replace(hour=8 + (number * 5 + len(name)) % 9, minute=(number * 17 + len(name) * 7) % 60)
    purpose = (
        "I'm calling because you asked what your home is worth"
        if did[1]
        else "I'm just calling to see if you had any thoughts"
    )
    news = ", and I've got good news: three buyers are looking for a home exactly like yours." if did[4] else "."
    said = [
        ("agent", f"Good morning, am I speaking with {customer}?" if did[0] else "Hello, have you got a minute?"),
        ("customer", "Yes, speaking. Who is this?"),
        ("agent", f"It's {first} from Harbour Homes. {purpose}{news}"),
        ("customer", "Oh, right. Well, with the second baby it's too small, and the last agency let us down. Eight months, and nothing happened."),
        ("agent", "Okay. And how many bedrooms do you have?"),
        ("customer", "Three. We would need at least 480 thousand for it, otherwise we can't move."),
        ("agent", "Thank you. How did you arrive at that number?" if did[2] else "Great, let me see what we have in that range."),
        ("customer", "It is what we still owe, and the deposit for the next place."),
        ("agent", "I see. What would have to be different this time?" if did[3] else "I see. Is Thursday at four good for you?"),
        ("customer", "That somebody calls us back, honestly."),
    ]  # fmt: skip
    turns = [{"speaker": who, "start": 5.5 * i, "end": 5.5 * i + 5, "text": text} for i, (who, text) in enumerate(said)]
    return {
        "id": f"{key}-{number}",
        "channel": "voice",
        "agent_id": key,
        "agent_name": name,
        "team": team,
        "customer_name": customer,
        "queue": "seller-leads",
        "direction": "outbound",
        "started_at": started.isoformat(),
        "outcome": {"appointment": bool(did[2])},
        "turns": turns,
    }


def hostile_call(now: datetime) -> dict[str, Any]:
    """A call whose every text field tries to break out of the page."""
    one = call("lea", NORTH["lea"], "north", number=0, did=(True,) * 5, now=now)
    one |= {"id": "hostile/<1>?#&", "customer_name": HOSTILE, "queue": "seller-leads", "outcome": {HOSTILE: HOSTILE}}
    one["turns"] = [{**turn, "text": f"{HOSTILE} {turn['text']}"} for turn in one["turns"]]
    return one


def coached(cast: Cast) -> dict[str, int]:
    """Something under way: Lea has a planned session, Tom an agreement with its follow-up open, Mia a developmental goal.

    Returns:
        Ids by name: `planned`, `held`, `follow_up`, `developmental`, and Lea's `goal` with its `step`.
    """
    leader, now = viewer(cast.leader), cast.now
    session_ids = {}
    for key in ("lea", "tom"):
        focus = coaching.accept_focus(viewer=leader, agent_key=key, now=now - timedelta(days=9))
        session_ids[key] = focus.sessions.get().pk
    held_on = (now - timedelta(days=8)).date()
    follow_up = coaching.hold_session(
        viewer=leader,
        session_id=session_ids["tom"],
        agreement=Agreement(
            own_words="I jump straight to what we have. I want to hear first why it is that number.",
            action="Ask “how did you arrive at that number?” before I show anything",
            by_when=held_on + timedelta(days=5),
            how_reviewed="Three calls of next week, read together",
            review_on=held_on + timedelta(days=7),
        ),
        held_on=held_on,
        now=now,
        notes=Notes(shared="You were glad to hear the Costa call.", private="PRIVATE: ask about the new shift."),
    )
    coaching.open_due_follow_ups(now=now)
    grown = coaching.open_developmental(viewer=leader, agent_key="mia", now=now)
    lea = viewer(cast.agent)
    goal = goals.open_goal(viewer=lea, agent_key="lea", words="Train new colleagues", target_day=None, now=now)
    step = goals.add_step(viewer=lea, goal_id=goal.pk, words="Sit in on one training", by_when=None, now=now)
    return {
        "planned": session_ids["lea"],
        "held": session_ids["tom"],
        "follow_up": follow_up.pk,
        "developmental": grown.pk,
        "goal": goal.pk,
        "step": step.pk,
    }


def gathered(cast: Cast) -> dict[str, int]:
    """A workshop to be held for Lea and Tom, and a huddle of theirs and Mia's that was held a week ago.

    Returns:
        Ids by name: `gathering` is planned, `gathering_held` took place.
    """
    leader, now = viewer(cast.leader), cast.now
    ahead, past = (
        gatherings.plan_gathering(
            viewer=leader,
            wanted=Wanted(kind, "discovery", "why_after_budget", agents, note="PRIVATE: bring the Costa call."),
            now=now,
        )
        for kind, agents in (
            (GatheringKind.WORKSHOP, ("lea", "tom")),
            (GatheringKind.HUDDLE, ("lea", "tom", "mia")),
        )
    )
    held = Held(held_on=(now - timedelta(days=7)).date(), came=("tom", "mia"), minutes=6)
    gatherings.hold_gathering(viewer=leader, gathering_id=past.pk, held=held, now=now)
    return {"gathering": ahead.pk, "gathering_held": past.pk}


def proposed(cast: Cast) -> dict[str, int]:
    """The QA lead proposes to coach Lea and Jon on asking what is behind a number.

    Returns:
        Ids by name: `proposal` is about Lea, `proposal_free` about Jon, who works on nothing yet.
    """
    ids = {}
    for name, agent in (("proposal", "lea"), ("proposal_free", "jon")):
        missed = Verdict.objects.filter(behaviour__key="why_after_budget", outcome="not_met")
        of_theirs = missed.filter(attempt__evaluation__conversation__agent__key=agent).order_by("-id")
        why = "The reason was there to be had: one question more."
        idea = Idea("discovery", "why_after_budget", of_theirs[0].pk, why)
        ids[name] = proposals.propose(viewer=viewer(cast.qa_lead), agent_key=agent, idea=idea, now=cast.now).pk
    return ids


def disputed(cast: Cast) -> dict[str, int]:
    """Lea challenges that she did not ask what is behind a number, which is not her focus; Eve is to decide it.

    Returns:
        Its id by name: `dispute`.
    """
    missed = Verdict.objects.filter(behaviour__key="why_after_budget", outcome="not_met")
    theirs = missed.filter(attempt__evaluation__conversation__agent__key="lea").order_by("-id")
    verdict = theirs.filter(attempt__evaluation__conversation__assignments__isnull=True)[0]
    words = "I asked where the number comes from right at the beginning, before the recording."
    made = disputes.raise_dispute(viewer=viewer(cast.agent), verdict_id=verdict.pk, words=words, now=cast.now)
    eve = cast.evaluator.pk
    disputes.assign(viewer=viewer(cast.qa_lead), dispute_id=made.pk, to=eve, instead_of=None, now=cast.now)
    return {"dispute": made.pk}


def asked_blind(cast: Cast) -> dict[str, int]:
    """An audit drawn by the QA lead; Eve is asked about its calls.

    Returns:
        Ids by name: the `draw`, and an `assignment` of it.
    """
    today = cast.now.date()
    wanted = audit_draws.Wanted("discovery", today - timedelta(days=27), today, size=8, seed="Harbour", twice=0)
    made = audit_draws.draw_audit(viewer=viewer(cast.qa_lead), wanted=wanted, now=cast.now)
    return {"draw": made.pk, "assignment": made.assignments.order_by("id")[0].pk}


def slipped(cast: Cast) -> dict[str, int]:
    """Lea has slipped on asking what is behind a number.

    Returns:
        Its id by name: `drift_alert`.
    """
    today = cast.now.date()
    made = DriftAlert.objects.create(
        agent=Agent.objects.get(key="lea"),
        behaviour=Behaviour.objects.get(key="why_after_budget"),
        onset=today - timedelta(days=18),
        signalled_on=today - timedelta(days=4),
        raised_at=cast.now,
        met=31,
        n=52,
        low=0.46,
        high=0.72,
        baseline=0.8,
    )
    return {"drift_alert": made.pk}


def protected(cast: Cast) -> dict[str, Any]:
    """Protected time under way: four slots a week, one of them moved, Jon away, Ada away next week with Ben standing in.

    Returns:
        By name: a `slot` with its next `slot_day`, and the ids of `leader_absence` and `agent_absence`.
    """
    leader, today = viewer(cast.leader), cast.now.astimezone(ZoneInfo("Europe/Berlin")).date()
    times = [WeeklyTime(day, time(hour), 15) for day, hour in ((1, 10), (2, 10), (3, 14), (4, 10))]
    slots.add_slots(viewer=leader, team_key="north", times=times, now=cast.now)
    monday = monday_of(today) + timedelta(days=7)
    slot = Slot.objects.get(weekday=2)
    calendar = sites.calendar_of_site(slot.team.site, around=monday)
    open_day = next(day for n in (2, 1, 0, 4) if calendar.works(day := monday + timedelta(days=n)))
    moved = slots.Replacement(open_day, time(11, 30), "All hands in the morning.")
    thursday = Slot.objects.get(weekday=4)
    slots.move_slot(viewer=leader, slot_id=thursday.pk, day=monday + timedelta(days=3), to=moved, now=cast.now)
    away = absences.Days(monday + timedelta(days=1), monday + timedelta(days=2))
    jon = absences.add_absence(viewer=leader, agent_key="jon", days=away, now=cast.now)
    week = absences.Days(today - timedelta(days=2), monday + timedelta(days=1))
    ada = absences.leader_away(
        viewer=leader, leader_id=cast.leader.pk, days=week, stand_in_id=cast.other_leader.pk, now=cast.now
    )
    StandIn.objects.all().delete()
    return {
        "slot": slot.pk,
        "slot_day": str(monday + timedelta(days=1)),
        "leader_absence": ada.pk,
        "agent_absence": jon.pk,
    }


def recorded(cast: Cast, held: int) -> dict[str, int]:
    """What was said in Tom's held session, handed in by Ada, scored, and shared.

    Returns:
        Its id by name: `recording`.
    """
    publish((PLAYBOOKS / "coaching-conversation.yaml").read_text(), cast.now)
    leader = viewer(cast.leader)
    recordings.hand_in(viewer=leader, session_id=held, notes=TALK, both_agreed=True, now=cast.now)
    score_all(cast.now)
    recording = SessionRecording.objects.get()
    recordings.share(viewer=leader, recording_id=recording.pk, now=cast.now)
    return {"recording": recording.pk}


def clipped(cast: Cast) -> dict[str, int]:
    """Clips: one of Lea that waits for her answer, one of Mia that she agreed to and that her team sees.

    Returns:
        Ids by name: `clip` and `clip_shared`.
    """
    leader, ids = viewer(cast.leader), {}
    for name, agent, behaviour in (("clip", "lea", "positive_reason"), ("clip_shared", "mia", "states_purpose")):
        verdict = Verdict.objects.filter(
            behaviour__key=behaviour, outcome="met", attempt__evaluation__conversation__agent__key=agent
        ).order_by("id")[0]
        made = clips.make_clip(
            viewer=leader,
            verdict_id=verdict.pk,
            title=f"{verdict.behaviour.title}, in one breath",
            why_good="The customer hears at once what the call is about, and stays.",
            now=cast.now,
        )
        ids[name] = made.pk
    Clip.objects.filter(pk=ids["clip_shared"]).update(consented_at=cast.now)
    clips.share(viewer=leader, clip_id=ids["clip_shared"], with_whom="team:north", now=cast.now)
    return ids
