import numpy as np

from coachloop.core.insight.daily import COLUMNS, Daily, joined, packed, unpacked


def test_cells_are_kept_by_a_mask():
    three = np.arange(3)
    cells = Daily(
        *(three.astype("datetime64[D]") if name == "day" else three for name in COLUMNS),
        mixes=(("a", ""), ("b", ""), ("c", "")),
    )
    kept = cells.where(cells.met > 0)
    assert len(kept) == 2
    assert kept.agent.tolist() == [1, 2]
    assert kept.mixes == cells.mixes


def cells(day: str, met: list[int], *mixes: tuple[str, str]) -> Daily:
    """Cells of one day, each of another mix."""
    at = np.arange(len(met))
    columns = dict.fromkeys(COLUMNS, at + 7) | {"mix": at, "met": np.array(met, np.int64)}
    return Daily(**columns | {"day": np.full(len(met), day, "datetime64[D]")}, mixes=mixes)


def test_a_packed_day_is_the_day_again():
    """Side by side with another: mixes keep their names, numbers their size."""
    one, other = cells("2026-03-02", [3, 4], ("a", ""), ("b", "")), cells("2026-03-03", [5, 6], ("b", ""), ("c", "in"))
    again = [unpacked(packed(day), day.day[0], day.mixes) for day in (one, other)]
    whole = joined(again)
    assert whole.met.tolist() == [3, 4, 5, 6]
    assert whole.agent.tolist() == [7, 8, 7, 8]
    assert whole.mixes == (("a", ""), ("b", ""), ("c", "in"))
    assert whole.mix.tolist() == [0, 1, 1, 2]
    assert (
        whole.day.tolist() == joined([one, other]).day.tolist() == [one.day[0].item()] * 2 + [other.day[0].item()] * 2
    )
    assert {getattr(whole, name).dtype.itemsize for name in COLUMNS} == {8}


def test_no_day_is_no_cell():
    assert len(joined([])) == 0
    assert joined([]).mixes == ()
