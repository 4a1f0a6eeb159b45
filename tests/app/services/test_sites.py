"""How a site works is set within its ranges, by those who run it."""

import pytest

from builders import NOW
from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import AuditEntry, Site
from coachloop.app.services.sites import Rules, change_site

GOOD = {"working_days": "1245", "session_minutes": 20, "developmental_weeks": 4, "dispute_days": 8, "decide_days": 3}


def change(viewer, **more):
    change_site(viewer=viewer, site_id=Site.objects.get().pk, rules=Rules(**{**GOOD, **more}), now=NOW)


def test_operations_and_admins_set_it(cast):
    change(cast.operations)
    change(cast.admin, decide_days=4)
    assert Site.objects.values_list("working_days", "decide_days").get() == ("1245", 4)
    newest = AuditEntry.objects.filter(action="site.change").latest("pk")
    assert newest.detail == {"decide_days": [3, 4]}


def test_nobody_else_does(cast):
    for who in (cast.ada, cast.lea, cast.qa_lead, cast.evaluator):
        with pytest.raises(NotYoursError, match="whole site"):
            change(who)
    assert not AuditEntry.objects.filter(action="site.change").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"working_days": ""}, "for example 12345, got ''"),
        ({"working_days": "21"}, "in order"),
        ({"working_days": "18"}, "got '18'"),
        ({"session_minutes": 4}, "from 5 to 120, got 4"),
        ({"dispute_days": 91}, "from 1 to 90, got 91"),
    ],
)
def test_what_no_site_can_be_is_refused(cast, wrong, said):
    with pytest.raises(RefusedError, match=said):
        change(cast.admin, **wrong)
