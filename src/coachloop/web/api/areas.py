"""The files whose operations the API has; a new one is named here."""

from coachloop.web.api import (
    bringing,
    coaching_seen,
    conversations,
    insight,
    review_seen,
    scores,
    site_seen,
    templates_seen,
    tokens,
)

AREAS = (bringing, coaching_seen, conversations, insight, review_seen, scores, site_seen, templates_seen, tokens)
