"""What the demonstration centre's QA lead, evaluators and agents do to keep the scores honest, through the services of the pages."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from coachloop.app.errors import RefusedError
from coachloop.app.queries import viewing
from coachloop.app.queries.assignments import Form, form, queue
from coachloop.app.queries.deciders import deciders
from coachloop.app.queries.demo import Shown, people_with, shown_examples
from coachloop.app.queries.room_page import room
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import assignments
from coachloop.app.services import rooms as calibration
from coachloop.app.services.audit_draws import Wanted, draw_audit
from coachloop.app.services.disputes import assign, decide, raise_dispute
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import LabelLine

TEMPLATE, COARSE = "first-30-seconds", 0.1
"""What is audited, and within how many points its rate is to be known."""

DRAW_ON, ROOM_ON = 5, 6
"""The working days on which the audit is drawn and the first room meets: calls of the audit are in no room, so a third one is free to decide."""

LEFT = 8
"""So many calls each evaluator has not come to yet."""

SLIP = 7
"""One answer in so many is another than the truth: people differ."""

AGREED = "We heard it again together: this is what most of us say, and what the behaviour asks for."
FALLS = "I did that, only in other words. Please read the call again from the start."
STANDS = "The customer was in a hurry and told me so. I saw no moment for it."
WAITS = "I think the transcript cut me short. I say it in every call."
RAISED = "It was a call back, we had talked the day before. I do not see why it counts."
IT_STANDS = "Read from the start: the moment was there, and the words do not come. The better move beside it shows what was meant."
IT_FALLS = "Read from the start: it is done, in other words than the machine looks for. It counts for the agent."
NO_MOMENT = "Read from the start: there was no good moment for it in this call, so it does not count."

type Truth = Mapping[tuple[str, str], LabelLine]


def known(labels: Iterable[LabelLine]) -> Truth:
    """What is true of each call and behaviour."""
    return {(one.conversation_id, one.behaviour): one for one in labels}


def check(number: int, day: date, *, truth: Truth, zone: ZoneInfo) -> None:
    """The evening of working day `number`: early on an audit is drawn, and a room meets."""
    now = datetime.combine(day, time(19, 45), zone)
    if number == ROOM_ON:
        room_id = _room("How do we hear openings?", size=6, by=day, now=now)
        for place, person in enumerate(_answering()):
            _answer(person, truth, slips=place, now=now, kind="calibration")
        _agree(room_id, now=now)
    if number == DRAW_ON:
        wanted = Wanted(TEMPLATE, day - timedelta(days=27), day, within=COARSE, seed="the demonstration", twice=0.25)
        draw_audit(viewer=_lead(), wanted=wanted, now=now)


def catch_up(today: date, *, truth: Truth, zone: ZoneInfo) -> None:
    """Most of the audit is answered, a room waits for its last answers, and some verdicts were challenged."""
    evening = datetime.combine(today - timedelta(days=1), time(16), zone)
    evaluators = [viewing.viewer(user) for user in people_with(Role.EVALUATOR)]
    for place, person in enumerate(evaluators):
        _answer(person, truth, slips=place, now=evening, left=LEFT)
    _room(f"Calibration in {today:%B}", size=4, by=today + timedelta(days=7), now=evening)
    for place, person in enumerate(evaluators[1:]):
        _answer(person, truth, slips=place, now=evening, kind="calibration")
    _challenge(truth, today=today, zone=zone)


def _lead() -> Viewer:
    return viewing.viewer(people_with(Role.QA_LEAD)[0])


def _answering() -> list[Viewer]:
    return [*(viewing.viewer(user) for user in people_with(Role.EVALUATOR)), _lead()]


def _room(title: str, *, size: int, by: date, now: datetime) -> int:
    people = [one.user.pk for one in _answering() if one.user]
    wanted = calibration.Wanted(TEMPLATE, title, contested=False, size=size, people=people, answer_by=by, seed=title)
    return calibration.make_room(viewer=_lead(), wanted=wanted, now=now).pk


def _answer(person: Viewer, truth: Truth, *, slips: int, now: datetime, left: int = 0, kind: str = "") -> None:
    """Everything that waits for somebody but the last `left`; now and then they hear something else."""
    waiting = [one for one in queue(person, today=now.date()) if not kind or one.kind == kind]
    for place, one in enumerate(waiting[: len(waiting) - left] if left else waiting):
        page = form(person, one.id)
        if page is not None:
            answers = dict(_answers(page, truth, slip=place % SLIP == 2 * slips))
            assignments.submit(viewer=person, assignment_id=one.id, answers=answers, saves=page.saves, now=now)


def _answers(page: Form, truth: Truth, *, slip: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, question in enumerate(page.questions):
        true = truth.get((page.conversation_key, question.key))
        said = Outcome(true.verdict) if true else Outcome.NOT_APPLICABLE
        if slip and place == 0:
            said = Outcome.NOT_MET if said is Outcome.MET else Outcome.MET
        turns = [turn for turn in (true.turns if true else ()) if said is Outcome.MET and turn < len(page.turns)]
        words = [(turn, page.turns[turn].text) for turn in turns]
        quotes = [{"turn": turn, "start": 0, "end": len(text), "quote": text} for turn, text in words]
        yield str(question.id), {"outcome": said.value, "quotes": quotes, "note": ""}


def _agree(room_id: int, *, now: datetime) -> None:
    """The room is opened, agrees on what most say wherever they differ, and is closed."""
    lead = _lead()
    calibration.open_together(viewer=lead, room_id=room_id, now=now)
    view = room(lead, room_id, today=now.date())
    for one in view.opened.contested if view and view.opened else ():
        most = max(one.tally, key=lambda said: said[1])[0]
        agreed = calibration.Agreed(one.call, one.behaviour, most, why=AGREED)
        calibration.agree(viewer=lead, room_id=room_id, agreed=agreed, now=now)
    calibration.close(viewer=lead, room_id=room_id, now=now)


def _challenge(truth: Truth, *, today: date, zone: ZoneInfo) -> None:
    """One verdict falls that a leader coaches on, one stands, one waits for its decision, one for somebody to decide it."""
    raised = datetime.combine(today - timedelta(days=1), time(20), zone)
    shown = [(one, _true(truth, one)) for one in shown_examples(landed_before=raised)]
    shown.sort(key=lambda pair: (not pair[0].theirs, not pair[0].planned, pair[1] is Outcome.NOT_MET))
    others = sorted(shown[1:], key=lambda pair: (not pair[0].me, pair[0].theirs, pair[1] is not Outcome.NOT_MET))
    ends = [FALLS, RAISED, STANDS, WAITS]
    for one, true in [*shown[:1], *others]:
        if ends and _dispute(one, true, words=ends[0], raised=raised):
            ends.pop(0)


def _true(truth: Truth, one: Shown) -> Outcome:
    label = truth.get((one.call, one.behaviour))
    return Outcome(label.verdict) if label else Outcome.NOT_MET


def _dispute(one: Shown, true: Outcome, *, words: str, raised: datetime) -> bool:
    """Raised, and led as far as its words say; not where their days to challenge it are over."""
    try:
        row = raise_dispute(viewer=viewing.viewer(one.user), verdict_id=one.verdict_id, words=words, now=raised)
    except RefusedError:
        return False
    may = {each.user_id for each in deciders([row])[row.pk]}
    people = [*people_with(Role.EVALUATOR), *people_with(Role.QA_LEAD)]
    who = next((user for user in people if user.pk in may), None)
    if words == RAISED or who is None:
        return True
    assign(viewer=_lead(), dispute_id=row.pk, to=who.pk, instead_of=None, now=raised + timedelta(minutes=30))
    stands, reason = Outcome.NOT_MET, IT_STANDS
    if words == FALLS:
        stands, reason = (true, IT_FALLS) if true is Outcome.MET else (Outcome.NOT_APPLICABLE, NO_MOMENT)
    if words != WAITS:
        now = raised + timedelta(hours=2)
        decide(viewer=viewing.viewer(who), dispute_id=row.pk, stands=stands, reason=reason, now=now)
    return True
