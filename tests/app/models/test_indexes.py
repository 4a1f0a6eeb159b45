import pytest
from django.db import connection

from coachloop.app.models import Attempt, Conversation, Evaluation, Revision, Verdict

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", [Conversation, Revision, Evaluation, Attempt, Verdict])
def test_no_index_is_the_beginning_of_another(table):
    """It would be written with every row, and whatever asks it can ask the longer one."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table._meta.db_table).values()
    whole = [one["columns"] for one in found if one["index"] or one["unique"]]
    twice = [one for one in whole for other in whole if one and one != other and other[: len(one)] == one]
    assert twice == [["template_id"]] * (table is Evaluation), "evaluation_pending holds some rows only"
