"""Calibration rooms of the standing cast."""

from datetime import timedelta
from typing import Any

from coachloop.app.models import Assignment, Room, User
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import assignments, rooms
from coachloop.app.services.rooms import Wanted
from coachloop.core.model.people import Role
from web.cast import Cast, person


def made(cast: Cast, title: str, *people: User, size: int = 3, seed: str = "Harbour") -> Room:
    """A room of Quinn's, with calls by chance."""
    pks = [one.pk for one in people]
    wanted = Wanted("discovery", title, False, size, pks, cast.now.date() + timedelta(days=7), seed)
    return rooms.make_room(viewer=viewer(cast.qa_lead), wanted=wanted, now=cast.now)


def answered(cast: Cast, room: Room, who: User, *, differs: int = 0, misses: int = 1) -> None:
    """Met, with the first turn as evidence; in every call so many `misses`, with a note: from place `differs` on to the next in turn."""
    rows = Assignment.objects.filter(room=room, reviewer=who).select_related("conversation").order_by("id")
    for number, row in enumerate(rows):
        first = rooms.assignments.queries.words(row.conversation)[0].text
        quote = {"turn": 0, "start": 0, "end": len(first), "quote": first}
        said = {str(pk): {"outcome": "met", "quotes": [quote], "note": ""} for pk in row.asked}
        for miss in range(misses):
            place = (differs + number // 2 + miss) % len(row.asked)
            said[str(row.asked[place])] = {"outcome": "not_met", "quotes": [], "note": "I do not hear it."}
        assignments.submit(viewer=viewer(who), assignment_id=row.pk, answers=said, saves=0, now=cast.now)


def calibrated(cast: Cast) -> dict[str, Any]:
    """Two rooms of Eve, Uma and Ben: one that waits for answers, one open, about which Eve and the others differ.

    Returns:
        Ids by name: `room`, `room_open`, and of the open one a `room_call` and a `room_behaviour` that is contested.
    """
    uma = User.objects.filter(email="uma@example.org").first() or person("Uma Evans", Role.EVALUATOR)
    people = (cast.evaluator, uma, cast.other_leader)
    opened = made(cast, "Calibration in April", *people, size=6)
    for place, who in enumerate(people):
        answered(cast, opened, who, differs=place % 2, misses=1 if place else 2)
    rooms.open_together(viewer=viewer(cast.qa_lead), room_id=opened.pk, now=cast.now)
    waits = made(cast, "Calibration in May", *people, seed="Meadow")
    answered(cast, waits, uma)
    row = Assignment.objects.filter(room=opened).order_by("id")[0]
    return {"room": waits.pk, "room_open": opened.pk, "room_call": row.conversation_id, "room_behaviour": row.asked[0]}
