"""The files whose operations the API has; a new one is named here."""

from coachloop.web.api import conversations, insight, scores, tokens

AREAS = (conversations, insight, scores, tokens)
