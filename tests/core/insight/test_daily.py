import numpy as np

from coachloop.core.insight.daily import COLUMNS, Daily


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
