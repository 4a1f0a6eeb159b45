from coachloop.core.model.running import Running


def test_what_is_not_said_to_be_outside_runs_here():
    assert Running("phrases", "Words that are looked for").outside == ""
