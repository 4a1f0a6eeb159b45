"""Audits on their page: coverage, cost, what a draw takes, and the draw."""

import pytest
from django.test import Client

from coachloop.app.models import Assignment, AuditDraw
from web.cast import Cast, asked_blind

pytestmark = pytest.mark.django_db


def test_the_size_stands_there_before_anybody_commits_to_it(cast: Cast, client: Client) -> None:
    """Computed from the interval that is chosen; then drawn."""
    client.force_login(cast.qa_lead)
    narrow = client.get("/audits?template=discovery&within=3").content.decode()
    wide = client.get("/audits?template=discovery&within=10").content.decode()
    sizes = [
        int(page.split('name="size" min="1" max="')[1].split('value="')[1].split('"')[0]) for page in (narrow, wide)
    ]
    assert sizes[0] > sizes[1] >= 7, "seven agents"
    assert "within 10 points up and down" in wide
    assert "0 of " in wide
    assert "is taken to cost 6 minutes" in wide
    sent = {
        "template": "discovery",
        "size": 9,
        "seed": "Harbour",
        "first": "2026-05-13",
        "last": "2026-06-09",
        "also": [cast.qa_lead.pk],
    }
    page = client.post("/audits/draw", sent, follow=True).content.decode()
    row = AuditDraw.objects.get()
    assert "Drawn, and given out" in page
    assert row.sha256 in page
    assert {one.reviewer for one in Assignment.objects.all()} == {cast.evaluator, cast.qa_lead}
    again = client.post("/audits/draw", sent, follow=True).content.decode()
    assert "This seed was used before" in again


def test_anybody_in_charge_draws_again(cast: Cast, client: Client) -> None:
    """Without the frame, which says what the machine expects of calls that are still answered blind."""
    ids = asked_blind(cast)
    client.force_login(cast.operations)
    page = client.get(f"/audits/{ids['draw']}?verify=yes").content.decode()
    assert "The draw holds." in page
    assert "lea-" not in page
    assert "Eve Tanaka" not in page, "who is how slow is no matter of operations"
    listed = client.get("/audits?template=discovery").content.decode()
    assert "The next draw" not in listed
    assert "Lea Rossi" not in listed
    assert client.get("/audits/99").status_code == 404
    Assignment.objects.filter(draw=ids["draw"]).order_by("id")[:1].get().delete()
    assert "does not hold" in client.get(f"/audits/{ids['draw']}?verify=yes").content.decode()


def test_what_nobody_may_answer_is_given_out_again(cast: Cast, client: Client) -> None:
    """Or the page says what to do."""
    ids = asked_blind(cast)
    Assignment.objects.filter(draw=ids["draw"]).update(reviewer=None)
    client.force_login(cast.qa_lead)
    assert "calls wait for somebody" in client.get(f"/audits/{ids['draw']}").content.decode()
    page = client.post(f"/audits/{ids['draw']}/give-out", follow=True).content.decode()
    assert " given out." in page
    page = client.post(f"/audits/{ids['draw']}/give-out", follow=True).content.decode()
    assert "Nobody may answer these" in page
