"""Every page there is, by who opens it: a route that shows a page is here because it has a rule in test_permissions.

PAGES adds the states of a page that differ, and the names of the pictures.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.urls import resolve, reverse
from django.utils import timezone

from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Figures, SessionEffect
from coachloop.app.queries.effect import Overall
from coachloop.app.queries.programme import KIND, Funnel, Moved, Programme
from coachloop.app.queries.roll_out_effect import RollOutEffect
from web.cast import Cast
from web.test_effect_pages import valued
from web.test_permissions import QUERY, RULES, under_way

PAGES = {
    "sign-in": ("visitor", "/sign-in"),
    "week": ("leader", "/week"),
    "plan": ("leader", "/week/plan"),
    "slots": ("leader", "/slots?week={slot_day}"),
    "slots-move": ("leader", "/slots/{slot}/{slot_day}"),
    "slots-end": ("leader", "/slots/{slot}/end"),
    "slots-lost": ("operations", "/slots/lost"),
    "away": ("leader", "/away"),
    "my-calendar": ("leader", "/me/calendar"),
    "me": ("other_agent", "/me"),
    "agent": ("leader", "/agents/lea"),
    "reports": ("other_agent", "/me/reports"),
    "report-week": ("other_agent", "/me/digests/weekly"),
    "report-plan": ("leader", "/me/digests/plan"),
    "report-month": ("operations", "/me/digests/monthly"),
    "roll-out": ("operations", "/roll-out?template=discovery"),
    "conversations": ("leader", "/conversations"),
    "conversation": ("leader", "/conversations/lea-1"),
    "clips": ("leader", "/clips"),
    "clip": ("leader", "/clips/{clip_shared}"),
    "clip-asked": ("agent", "/clips/{clip}"),
    "clip-candidates": ("leader", "/clips/candidates"),
    "session": ("leader", "/sessions/{planned}"),
    "session-held": ("other_agent", "/sessions/{held}"),
    "session-recorded": ("leader", "/sessions/{held}"),
    "session-developmental": ("leader", "/sessions/{developmental}"),
    "goals": ("agent", "/agents/lea/goals"),
    "mix": ("operations", "/mix"),
    "follow-up": ("leader", "/follow-ups/{follow_up}"),
    "gatherings": ("leader", "/gatherings"),
    "gathering": ("leader", "/gatherings/{gathering}"),
    "gathering-held": ("leader", "/gatherings/{gathering_held}"),
    "gathering-new": ("leader", "/gatherings/new"),
    "drift": ("operations", "/drift"),
    "drift-leader": ("leader", "/drift"),
    "impact": ("operations", "/impact"),
    "effect": ("leader", "/effect"),
    "effect-operations": ("operations", "/effect"),
    "worth": ("operations", "/worth?outcome=booked&behaviour=discovery/open_questions&agents=20"),
    "worth-adviser": ("qa_lead", "/worth"),
    "workshops": ("leader", "/workshops"),
    "workshops-operations": ("operations", "/workshops"),
    "rules": ("operations", "/operations/rules"),
    "how-i-coach": ("leader", "/how-i-coach"),
    "recording": ("leader", "/how-i-coach/{recording}"),
    "shared-coaching": ("qa_lead", "/shared-coaching"),
    "shared-answer": ("other_leader", "/shared-coaching/{recording}"),
    "rooms": ("evaluator", "/rooms"),
    "room": ("qa_lead", "/rooms/{room}"),
    "room-open": ("other_leader", "/rooms/{room_open}"),
    "room-question": ("qa_lead", "/rooms/{room_open}/calls/{room_call}/{room_behaviour}"),
    "room-words": ("qa_lead", "/rooms/{room_open}/words/{room_behaviour}"),
    "disputes": ("qa_lead", "/disputes"),
    "dispute": ("evaluator", "/disputes/{dispute}"),
    "dispute-given": ("qa_lead", "/disputes/{dispute}"),
    "heatmap": ("qa_lead", "/heatmap"),
    "heatmap-teams": ("operations", "/heatmap?template=discovery"),
    "trust-templates": ("evaluator", "/trust"),
    "trust": ("qa_lead", "/trust/discovery"),
    "trust-agent": ("agent", "/trust/discovery"),
    "how-we-score": ("agent", "/how-we-score"),
    "site": ("operations", "/site"),
    "templates": ("evaluator", "/templates"),
    "template": ("evaluator", "/templates/discovery"),
    "audit-log": ("admin", "/audit"),
    "parts": ("nobody", "/parts"),
    "no-role": ("nobody", "/"),
    "not-yours": ("agent", "/audit"),
}
NO_PAGE = {
    "health",
    "ready",
    "export-audit-log",
    "export-people",
    "agent-trend",
    "impact-chart",
    "effect-chart",
    "trust-chart",
    "rooms-chart",
    "media",
    "upload",
    "clip-sound",
}
"""Answers GET, but with a picture, a sound, a file to take along or a state for a script."""


def shows_a_page(name: str) -> bool:
    """Whether somebody gets something to look at from this route."""
    rule = RULES[name]
    return not rule.post and rule.status == 200 and bool(rule.ok) and name not in NO_PAGE


def first_of(name: str) -> str:
    """Who opens it in the gallery."""
    return RULES[name].ok[0]


def _route(path: str) -> str:
    name = resolve(re.sub(r"{\w+}", "1", path).split("?")[0]).url_name
    assert name
    return name


ROUTES = sorted({name for name in RULES if shows_a_page(name)} - {_route(path) for _, path in PAGES.values()})
"""Those that no entry of PAGES leads to."""
EVERYBODY = sorted({who for who, _ in PAGES.values()} | {first_of(name) for name in ROUTES})


def pages_of(who: str, ids: dict[str, Any]) -> dict[str, str]:
    """Addresses by the name of the picture."""
    theirs = {name: path.format(**ids) for name, (whose, path) in PAGES.items() if whose == who}
    routes = {
        name: reverse(name, kwargs=args_of(name, ids)) + QUERY.get(name, "") for name in ROUTES if first_of(name) == who
    }
    return theirs | routes


def args_of(name: str, ids: dict[str, Any]) -> dict[str, Any]:
    """What a route's address is made of."""
    return {key: ids.get(value, value) for key, value in RULES[name].args.items()}


def what_is_wrong(visit: Visit, who: str, pages: dict[str, str], *, looks: Iterable[Any]) -> list[str]:
    """On these pages of one person: statuses, messages in the console, and what a look finds."""
    wrong: list[str] = []
    page = visit(who)
    page.on("console", partial(_note, wrong))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for name, path in pages.items():
        answer = page.goto(path)
        if answer.status != (403 if name == "not-yours" else 200):
            wrong.append(f"{name}: status {answer.status}")
        wrong += look(page, name, looks)
    return wrong


def _note(wrong: list[str], message: Any) -> None:
    if message.type == "error" and "403" not in message.text:
        wrong.append(f"{message.location['url']}: {message.text}")


def furnished(cast: Cast) -> dict[str, Any]:
    """Something for every route with an id, and the figures of a day."""
    ids = under_way(cast)
    valued()
    SessionEffect.objects.create(
        session_id=ids["held"], before=0.4, after=0.6, effect=0.15, low=0.02, high=0.28, n_before=40, n_after=30, controls=9,
        verdict="worked",
    )  # fmt: skip
    whole = Overall(0.15, 0.05, 0.25, 12, 11, 0.0)
    programme = Programme(
        day=timezone.localdate(),
        overall=whole,
        behaviours=(Moved("discovery", "open_questions", "Open questions", whole, 900, 2.0),),
        funnel=Funnel(1000, 12, 11, 7, 10, 4),
        minutes=360,
        sessions=12,
        gatherings=1,
        roll_outs=(RollOutEffect("discovery", "Discovery", 0, 28),),
        leaders={cast.leader.pk: whole},
    )
    Figures.objects.create(kind=KIND, day=programme.day, data=programme.as_json(), worked_out_at=timezone.now())
    return ids
