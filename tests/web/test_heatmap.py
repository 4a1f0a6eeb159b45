import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import AgentDay
from coachloop.app.queries.heatmap import Asked, Cell, heatmap
from coachloop.app.queries.viewing import viewer
from web.cast import NORTH, SOUTH, Cast

pytestmark = pytest.mark.django_db


def page_for(user: object, path: str = "/heatmap") -> str:
    """The page's source, for somebody."""
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


def cells(cast: Cast, template: str = "discovery") -> dict[tuple[str, str], Cell]:
    """The QA lead's cells by agent and behaviour."""
    shown = heatmap(viewer(cast.qa_lead), Asked(template), days=90, today=timezone.localdate())
    return {(row.key, cell.behaviour): cell for row in shown.rows for cell in row.cells if cell}


def test_a_colour_only_where_it_is_certain(cast: Cast) -> None:
    found = cells(cast)
    assert found["tom", "why_after_budget"].side == "gap"
    assert found["mia", "open_questions"].side in {"good", "open"}
    assert all(cell.side == "hatch" for (_, behaviour), cell in found.items() if behaviour == "pain_mirror")
    assert all((cell.level > 0) == (cell.side in {"gap", "good"}) for cell in found.values())


def test_too_much_unscored_takes_the_colour_away(cast: Cast) -> None:
    """More than one in ten."""
    row = AgentDay.objects.filter(agent__key="tom", behaviour__key="why_after_budget").first()
    AgentDay.objects.filter(pk=row.pk).update(unscored=30)
    assert cells(cast)["tom", "why_after_budget"].side == "hatch"


def test_what_nothing_scores_says_why_in_its_header(cast: Cast) -> None:
    assert "waits for a learned scorer or a judge" in page_for(cast.leader)


def test_from_a_cell_to_the_calls_behind_it(cast: Cast) -> None:
    page = page_for(cast.leader)
    assert "/conversations?agent=tom&amp;behaviour=discovery/why_after_budget&amp;days=28" in page
    assert "Sam Duarte" not in page


def test_operations_see_teams_and_no_person_and_no_call(cast: Cast) -> None:
    page = page_for(cast.operations)
    assert "North" in page
    assert "South" in page
    assert not [name for name in (*NORTH.values(), *SOUTH.values()) if name in page]
    assert "/conversations" not in page
    assert "/agents/" not in page


def test_a_qa_lead_narrows_to_a_team(cast: Cast) -> None:
    page = page_for(cast.qa_lead, "/heatmap?team=south&days=90&template=first-30-seconds")
    assert "Sam Duarte" in page
    assert "Tom Okafor" not in page
    assert "States the purpose" in page


def test_all_teams_are_shown_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coachloop.app.queries.heatmap.MOST_ROWS", 3)
    page = page_for(cast.qa_lead, "/heatmap?team=all&days=90&page=2")
    assert "Page 2 of 3, 7 agents" in page
    assert "?team=all&amp;days=90&amp;page=3" in page
    assert page.count('<th scope="row">') == 3


def test_without_calls_it_says_the_next_step(cast: Cast) -> None:
    AgentDay.objects.all().delete()
    assert "coachloop score" in page_for(cast.leader)


def test_htmx_gets_the_table_alone(cast: Cast, client: Client) -> None:
    client.force_login(cast.leader)
    fragment = client.get("/heatmap", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Tom Okafor" in fragment


def test_no_page_ranks_agents(cast: Cast) -> None:
    """Rows are in the order of their names."""
    shown = heatmap(viewer(cast.qa_lead), days=28, today=timezone.localdate())
    assert [row.name for row in shown.rows] == sorted(row.name for row in shown.rows)
