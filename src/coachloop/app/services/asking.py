"""Questions of a session that the judge's model writes, where one is configured."""

from datetime import datetime

from django.db import transaction

from coachloop.app.errors import WrongStateError
from coachloop.app.queries import guided
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.led import led_session
from coachloop.core.coaching.asking import ask
from coachloop.core.coaching.questions import HARD, WENT_WELL, opening
from coachloop.core.scoring.judge.exchange import Exchange


def write_questions(*, viewer: Viewer, session_id: int, exchange: Exchange, now: datetime) -> tuple[str, ...]:
    """Let the model write the questions in the middle; the first two and the last one stay.

    Raises:
        NotYoursError: only whoever leads the agent.
        WrongStateError: the session is over, has no behaviour, or no usable reply came; the questions stay as they are.
    """
    with transaction.atomic():
        session = led_session(viewer, session_id)
    moment = guided.moment(viewer, session)
    if moment is None:
        raise WrongStateError("a developmental conversation keeps its own questions")
    (ended,) = exchange.hold([("", ask(moment))])
    found = ended.result if isinstance(ended.result, tuple) else ()
    if not found:
        raise WrongStateError("the model has no questions now; these here serve as well")
    asked = (WENT_WELL, opening(moment)[1], *map(str, found), HARD)
    with transaction.atomic():
        session = led_session(viewer, session_id)
        session.questions = list(asked)
        session.save(update_fields=["questions"])
        audit.record(viewer, "session.questions", f"session:{session_id}", now=now)
    return asked
