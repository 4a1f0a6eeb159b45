"""From the import to the corrected rate, through the pages' own services: a judge that errs, and people who say the truth."""

from pathlib import Path

import numpy as np
import pytest

from coachloop.app.models import Review
from coachloop.app.queries.audits import answers_to_audits
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.viewing import OPERATOR
from coachloop.simulation.centre import Plan, simulate
from simulation.audit_loop import TEMPLATE, answers, evaluators, run

PLAN = Plan(
    agents=8, teams=2, behaviours=2, days=12, calls_a_day=6.0, base_rates=(0.3, 0.25), queue_effects=(0.0, -0.4),
    applies=(1.0, 0.7), sensitivity=0.92, specificity=0.85,
)  # fmt: skip


@pytest.mark.django_db
def test_audits_take_the_judges_errors_out(tmp_path: Path) -> None:
    """METHODS 2, 3, 9: corrected intervals hold the truth where raw ones do not, kappa and both kinds of error are found.

    One in two who answer a call after somebody else slips; a third person decides, and that is what counts.
    """
    evaluators(4)
    rng = np.random.default_rng(11)
    centre = simulate(PLAN, rng)
    found = run(centre, tmp_path, within=0.06, rng=rng, careless=0.5)
    assert found.holds
    assert found.adjudicated
    assert 60 <= found.audited <= 0.4 * found.calls
    for one in found.behaviours:
        assert not one.raw[0] <= one.truth <= one.raw[1], one
        assert one.corrected[0] <= one.truth <= one.corrected[1], one
        assert one.kappa[0] <= one.true_kappa <= one.kappa[1], one
        assert one.sensitivity[0] <= 0.92 <= one.sensitivity[1], one
        assert one.specificity[0] <= 0.85 <= one.specificity[1], one
        assert one.corrected[1] - one.corrected[0] < 0.2, one
    assert found.agents_corrected >= 0.85 > found.agents_raw
    true = answers(centre)
    template = find_template(OPERATOR, TEMPLATE)
    drawn = answers_to_audits(template.behaviours.all())
    assert {key: outcome for key, (outcome, _) in drawn.items()} == {key: true(*key) for key in drawn}
    assert Review.objects.count() > len(drawn), "some were answered twice"
