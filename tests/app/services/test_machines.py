"""Machines of one site have one secret key."""

import pytest

from builders import NOW
from coachloop.app.models import AuditEntry
from coachloop.app.queries import machines
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.machines import note_key

pytestmark = pytest.mark.django_db


def test_a_machine_with_another_key_is_told_so_until_the_site_takes_it(settings):
    assert machines.another_key() == ""
    note_key(viewer=OPERATOR, now=NOW)
    note_key(viewer=OPERATOR, now=NOW)
    assert AuditEntry.objects.filter(action=machines.ACTION).count() == 1
    assert machines.key(NOW).ok
    settings.SECRET_KEY = "b" * 50
    assert "COACHLOOP_SECRET_KEY" in machines.another_key()
    assert not machines.key(NOW).ok
    note_key(viewer=OPERATOR, now=NOW)
    assert machines.another_key() == ""
    assert settings.SECRET_KEY not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
