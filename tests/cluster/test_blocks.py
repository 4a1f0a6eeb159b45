"""What waits goes to a cluster in stretches of ids; each may be done twice, and passes over what somebody else did."""

import pytest

from builders import MANNERS, call, publish, take
from coachloop.app.errors import RefusedError
from coachloop.app.models import Attempt, Evaluation
from coachloop.app.services.scoring import engines
from coachloop.cluster import actors
from coachloop.cluster.actors import Scores
from coachloop.cluster.commands import _blocks, _place
from coachloop.cluster.crew import site_mark
from coachloop.wiring import scorers

pytestmark = pytest.mark.django_db


def test_all_that_waits_is_in_one_block_and_scored_once_however_often_it_is_done():
    publish(MANNERS)
    take(*[call(f"c-{n}") for n in range(7)])
    jobs = list(_blocks(engines(scorers()), 3))
    ids = list(Evaluation.objects.order_by("id").values_list("id", flat=True))
    assert [job.arguments for job in jobs] == [
        ("manners", ids[0], ids[2]),
        ("manners", ids[3], ids[5]),
        ("manners", ids[6], ids[6]),
    ]
    someone = Scores(site_mark())
    assert [someone.score(*job.arguments).evaluations for job in [*jobs, *jobs]] == [3, 3, 1, 0, 0, 0]
    assert Attempt.objects.count() == 7
    assert list(_blocks(engines(scorers()), 3)) == []


def test_a_node_of_another_site_is_refused():
    with pytest.raises(RefusedError, match="same DATABASE_URL"):
        Scores("another").score("manners", 1, 2)
    assert actors.__doc__


def test_a_place_is_a_folder_or_a_bucket(tmp_path):
    assert _place(str(tmp_path / "x")).url == str(tmp_path / "x")
    assert _place("s3://one/two/").url == "s3://one/two"
