import pytest

from coachloop.core.model.retention import KINDS, Kind


def test_every_kind_says_how_it_is_kept():
    assert list(KINDS) == list(Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_where_nobody_says_otherwise_could_be_said(kind):
    keeping = KINDS[kind]
    assert keeping.default is None or keeping.default >= keeping.least >= 1
