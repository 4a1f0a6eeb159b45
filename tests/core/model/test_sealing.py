import dataclasses
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from coachloop.core.model.sealing import FIRST, Seal, Sealed, broken, seal, spans, within

AT = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


def entry(number, **more):
    told = {"actor": 1, "action": "session.hold", "subject": f"session:{number}", "detail": {"b": 1, "a": "é"}}
    return Sealed(id=number, at=AT + timedelta(minutes=number), programme=None, **(told | more))


def chain(count):
    seals, before = [], FIRST
    for number in range(1, count + 1):
        before = seal(entry(number), before)
        seals.append(Seal(number, before, entry(number)))
    return seals


def test_a_seal_is_the_same_whatever_the_zone_and_the_order_of_the_detail():
    moved = dataclasses.replace(
        entry(1), at=entry(1).at.astimezone(timezone(timedelta(hours=2))), detail={"a": "é", "b": 1}
    )
    assert seal(moved, FIRST) == seal(entry(1), FIRST)
    assert seal(entry(1), "x") != seal(entry(1), FIRST)


def test_a_whole_chain_holds_also_empty():
    assert broken([]) is None
    assert broken(chain(4)) is None


def test_each_change_shows_at_its_place():
    for change in (
        {"id": 9}, {"at": AT}, {"actor": 2}, {"actor": None}, {"action": "x"}, {"subject": "x"}, {"detail": {}}, {"programme": 1}
    ):  # fmt: skip
        seals = chain(4)
        seals[2] = dataclasses.replace(seals[2], entry=dataclasses.replace(seals[2].entry, **change))
        assert broken(seals)[0] == 3


def test_a_changed_hash_shows():
    seals = chain(4)
    seals[1] = dataclasses.replace(seals[1], sha256="0" * 64)
    assert broken(seals)[0] == 2


def test_a_missing_entry_shows_unless_it_was_let_go():
    seals = chain(4)
    seals[1] = dataclasses.replace(seals[1], entry=None)
    assert broken(seals) == (2, "its entry is gone, and no entry says that it was let go")
    assert broken(seals, let_go=frozenset({2})) is None


def test_a_missing_seal_and_two_that_changed_places_show():
    seals = chain(4)
    assert broken([*seals[:1], *seals[2:]]) == (2, "seal 2 is missing")
    seals[1], seals[2] = (
        dataclasses.replace(seals[1], entry=seals[2].entry),
        dataclasses.replace(seals[2], entry=seals[1].entry),
    )
    assert broken(seals)[0] == 2


def test_a_tail_that_is_cut_off_does_not_show_by_itself():
    assert broken(chain(4)[:3]) is None


@example({1, 2, 5})
@given(st.sets(st.integers(1, 60)))
def test_spans_and_back(numbers):
    assert within(spans(numbers)) == numbers
    assert all(first <= last for first, last in spans(numbers))
