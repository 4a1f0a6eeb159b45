"""How messages fare: for `doctor`."""

from django.db.models import Count

from coachloop.app.models import Message
from coachloop.app.queries.health import Finding
from coachloop.core.model.letter import MAIL, Ways


def messages_sent(ways: Ways) -> Finding:
    """Whether what people want to be sent can be sent."""
    there = {*ways.personal, *ways.shared} - (set() if ways.mail else {MAIL})
    unsent = Message.objects.filter(sent_at__isnull=True)
    waiting = dict(unsent.filter(try_after__isnull=False).values_list("way").annotate(Count("id")).order_by())
    rests = unsent.filter(try_after__isnull=True).exclude(text="").count()
    no_way = sorted(waiting.keys() - there)
    seen = f"{', '.join(sorted(there)) or 'no way is set up'}; {sum(waiting.values())} wait, {rests} given up"
    return Finding("messages", ok=not no_way and not rests, seen=seen, way_out=_way_out(no_way, rests))


def _way_out(no_way: list[str], rests: int) -> str:
    if MAIL in no_way:
        return "set COACHLOOP_MAIL_URL"
    if no_way:
        return f"name {', '.join(no_way)} in COACHLOOP_NOTIFY"
    return "the column `problem` of the table `message` says why" if rests else ""
