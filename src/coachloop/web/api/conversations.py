"""Conversations and what was found in them."""

from coachloop.app.queries import conversation as queries
from coachloop.app.queries.conversation import ConversationView
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.shapes import Key

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)


@endpoint("GET /conversations/{path:key}", *READERS, scope="conversations:read")
def read_conversation(asked: Asked, key: Key) -> ConversationView:
    """One conversation: its turns, its verdicts and what they stand on. The look at its words is written down."""
    view = found(queries.conversation(asked.viewer, key))
    audit.look(asked.viewer, view.key, now=asked.now)
    return view
