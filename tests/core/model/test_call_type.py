import pytest

from coachloop.core.model.call_type import LONGEST, call_type


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        (None, ""), ({}, ""), ({"source": "phone"}, ""), ({"call_type": "complaint"}, "complaint"),
        ({"meta": {"tasks": ["weather", "hotel"]}}, "hotel + weather"),
        ({"tasks": ["hotel", "weather"]}, "hotel + weather"),
        ({"meta": {"domain": "travel"}, "task": 3}, "3"),
        ({"topic": "late", "reason": " refund "}, "refund"),
        ({"meta": "none", "category": None, "product": {"id": 1}, "domain": ""}, ""),
        ({"campaign": "x" * 300}, "x" * LONGEST),
    ],
)  # fmt: skip
def test_the_most_particular_name_is_the_kind(extra, kind):
    assert call_type(extra) == kind
