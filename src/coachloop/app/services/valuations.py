"""What an outcome is worth and an hour costs: set by operations, each time with its line in the audit log."""

import math
from datetime import datetime
from typing import Any

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import Valuation
from coachloop.app.queries import programmes
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.people import Role

LONGEST = 200


@transaction.atomic
def set_value(*, viewer: Viewer, outcome: str, value: float, hour: float, now: datetime) -> None:
    """Set what one more of an outcome is worth, and an hour of anybody's time costs.

    Raises:
        NotYoursError: operations set it.
        RefusedError: the outcome has no name, or a number is negative or none.
    """
    if not viewer.has(Role.OPERATIONS):
        raise NotYoursError("what an outcome is worth is set by operations")
    if not outcome.strip() or len(outcome) > LONGEST:
        raise RefusedError(f"name the outcome as conversations do, in at most {LONGEST} letters")
    for name, number in (("an outcome is worth", value), ("an hour costs", hour)):
        if not math.isfinite(number) or number < 0:
            raise RefusedError(f"what {name} must be a number from 0 on, got {number}")
    defaults = {"value": value, "hour": hour, "set_by": viewer.user, "set_at": now}
    which: dict[str, Any] = {"outcome": outcome.strip(), "programme": programmes.of(viewer)}
    Valuation.objects.update_or_create(**which, defaults=defaults)
    audit.record(viewer, "worth.set", f"outcome:{outcome.strip()}", now=now, detail={"value": value, "hour": hour})
