"""The loop on its pages: suggestion, session, agreement, follow-up."""

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Agent, AgentDay, AuditEntry, Focus, FollowUp, Session, Team
from coachloop.app.queries import week as queries
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import coaching
from web.cast import Cast
from web.signed_in import seen

pytestmark = pytest.mark.django_db


def whole(**changes: str) -> dict[str, str]:
    """An agreement with nothing missing, as a browser sends it."""
    today = timezone.localdate()
    return {
        "own_words": "I rush. I want to say why I call first.",
        "action": "Say why I call before anything else",
        "by_when": str(today + timedelta(days=5)),
        "how_reviewed": "Three calls, read together",
        "review_on": str(today + timedelta(days=7)),
        "held_on": str(today),
        "shared_notes": "",
        "private_notes": "PRIVATE thoughts",
        **changes,
    }


def test_the_week_puts_the_shortest_clock_first(cast: Cast) -> None:
    week = queries.week(viewer(cast.leader), today=timezone.localdate())
    left = [row.days_left for row in week.to_coach if row.days_left is not None]
    assert left == sorted(left)
    assert {row.agent_key for row in week.to_coach} >= {"lea", "tom", "jon", "ava"}


def test_who_has_a_focus_is_not_suggested_again(cast: Cast, ids: dict[str, int]) -> None:
    week = queries.week(viewer(cast.leader), today=timezone.localdate())
    assert {"lea", "tom"}.isdisjoint(row.agent_key for row in week.to_coach)
    assert {row.session_id for row in week.under_way} == {ids["planned"], ids["developmental"]}
    assert [row.open for row in week.look_backs] == [True]
    assert "mia" not in {row.agent_key for row in week.offers}


def test_the_week_says_why_with_numbers_and_a_quote(leader: Client) -> None:
    page = leader.get("/week").content.decode()
    assert "Who to coach this week" in page
    assert "likely between" in page
    assert "read the call" in page
    assert page.count("on this</button>") == page.count("<article") + page.count('class="more"') > 3


def test_a_qa_lead_reads_any_teams_week_and_starts_nothing(cast: Cast) -> None:
    page = seen(cast.qa_lead, "/week?team=south")
    assert "Sam Duarte" in page
    assert "on this</button>" not in page
    assert "Offer</button>" not in page


def test_a_leaders_week_is_their_own_teams(cast: Cast) -> None:
    page = seen(cast.leader, "/week?team=south")
    assert "Sam Duarte" not in page
    assert "Jon Adler" in page


def test_a_team_without_agents_says_the_next_step(cast: Cast) -> None:
    site = Team.objects.get(key="south").site
    Team.objects.filter(leader=cast.other_leader).update(leader=None)
    Team.objects.create(key="new", name="New", site=site, leader=cast.other_leader)
    assert "coachloop ingest" in seen(cast.other_leader, "/week")


def test_one_click_opens_the_focus_and_its_session(leader: Client) -> None:
    response = leader.post("/agents/jon/focus")
    session = Session.objects.get(agent__key="jon")
    assert response.headers["Location"] == f"/sessions/{session.pk}"
    page = leader.get(response.headers["Location"]).content.decode()
    assert "First: when?" in page
    assert "Jon Adler said" in page
    assert "A better move" in page


def test_a_second_click_changes_nothing(leader: Client) -> None:
    """Two leaders, or one who is quick: still one focus."""
    first = leader.post("/agents/jon/focus").headers["Location"]
    assert leader.post("/agents/jon/focus").headers["Location"] == first
    assert Focus.objects.filter(agent__key="jon").count() == 1


def test_no_certain_gap_is_said_not_shown_as_an_error(leader: Client) -> None:
    """The suggestion went away between looking and clicking."""
    AgentDay.objects.filter(agent__key="mia").delete()
    response = leader.post("/agents/mia/focus", follow=True)
    assert "developmental conversation instead" in response.content.decode()


def test_a_time_is_kept_in_the_sites_zone(leader: Client, ids: dict[str, int]) -> None:
    day = _next_working_day(timezone.now())
    response = leader.post(f"/sessions/{ids['planned']}/plan", {"planned_for": f"{day:%Y-%m-%d}T14:30"}, follow=True)
    assert f"{day:%a} {day.day} {day:%b}, 14:30" in response.content.decode()


def _next_working_day(now: datetime) -> datetime:
    day = timezone.localtime(now) + timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    "case",
    [("", "Choose a day and a time"), ("soon", "Choose a day and a time"), ("2020-01-01T09:00", "still to come")],
)
def test_a_bad_time_is_said_at_the_field(leader: Client, ids: dict[str, int], case: tuple[str, str]) -> None:
    given, said = case
    response = leader.post(f"/sessions/{ids['planned']}/plan", {"planned_for": given})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.index('name="planned_for"') < page.index(said) < page.index("The conversation")


def test_held_with_a_whole_agreement(leader: Client, ids: dict[str, int]) -> None:
    response = leader.post(f"/sessions/{ids['planned']}/hold", whole(), follow=True)
    session = Session.objects.get(pk=ids["planned"])
    assert session.status == "held"
    assert session.follow_up.due_on == timezone.localdate() + timedelta(days=7)
    page = response.content.decode()
    assert "What was agreed" in page
    assert "Say why I call before anything else" in page


@pytest.mark.parametrize("name", ["own_words", "action", "by_when", "how_reviewed", "review_on"])
def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(
    leader: Client, ids: dict[str, int], name: str
) -> None:
    response = leader.post(f"/sessions/{ids['planned']}/hold", whole(**{name: ""}))
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{name}_error"' in page
    assert page.count("field-error") == 1
    assert "PRIVATE thoughts" in page
    assert Session.objects.get(pk=ids["planned"]).status == "planned"


def test_dates_out_of_order_are_said_at_their_field(leader: Client, ids: dict[str, int]) -> None:
    today = timezone.localdate()
    for name, day in (
        ("review_on", today),
        ("by_when", today - timedelta(days=3)),
        ("review_on", today + timedelta(days=1)),
    ):
        page = leader.post(f"/sessions/{ids['planned']}/hold", whole(**{name: str(day)})).content.decode()
        assert f'id="id_{name}_error"' in page


def test_a_day_to_come_is_refused_in_words(leader: Client, ids: dict[str, int]) -> None:
    """The service's own refusal shows on the page too."""
    later = timezone.localdate() + timedelta(days=2)
    page = leader.post(f"/sessions/{ids['planned']}/hold", whole(held_on=str(later))).content.decode()
    assert "A session counts as held on its day, not before." in page


def test_without_words_the_leaders_account_is_asked_for(leader: Client, ids: dict[str, int]) -> None:
    Focus.objects.filter(agent__key="lea").update(example=None)
    page = leader.post(f"/sessions/{ids['planned']}/hold", whole()).content.decode()
    assert 'id="id_account_error"' in page
    leader.post(f"/sessions/{ids['planned']}/hold", whole(account="She said X, then you said Y."))
    assert Focus.objects.get(agent__key="lea").leaders_account == "She said X, then you said Y."


def test_private_notes_are_the_leaders_alone(cast: Cast, ids: dict[str, int]) -> None:
    """And an adviser reads neither the agreement nor the shared notes."""
    path = f"/sessions/{ids['held']}"
    assert "PRIVATE: ask about the new shift." in seen(cast.leader, path)
    mine = seen(cast.other_agent, path)
    assert "PRIVATE" not in mine
    assert "I jump straight to what we have" in mine
    assert "You were glad to hear the Costa call" in mine
    advised = seen(cast.qa_lead, path)
    assert "PRIVATE" not in advised
    assert "I jump straight" not in advised
    assert "Costa call" not in advised
    assert "Asks what is behind the budget" in advised


def test_an_adviser_and_the_agent_have_nothing_to_fill_in(cast: Cast, ids: dict[str, int]) -> None:
    for user in (cast.qa_lead, cast.agent):
        page = seen(user, f"/sessions/{ids['planned']}")
        assert "/hold" not in page
        assert "/plan" not in page


def test_calling_off_leaves_the_next_to_plan(leader: Client, ids: dict[str, int]) -> None:
    page = leader.post(f"/sessions/{ids['planned']}/cancel", follow=True).content.decode()
    assert "The five days keep running" in page
    assert "First: when?" in page
    again = leader.post(f"/sessions/{ids['planned']}/cancel", follow=True).content.decode()
    assert "cancelled already" in again


def test_a_developmental_session_asks_for_the_agents_goal(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['developmental']}/hold"
    assert 'id="id_goal_error"' in leader.post(path, whole()).content.decode()
    page = leader.post(path, whole(goal="Lead a team"), follow=True).content.decode()
    assert "Lead a team" in page


def test_a_developmental_conversation_is_one_click(leader: Client) -> None:
    response = leader.post("/agents/mia/developmental")
    assert "Where next?" in leader.get(response.headers["Location"]).content.decode()
    assert "planned already" in leader.post("/agents/mia/developmental", follow=True).content.decode()


def test_the_follow_up_has_its_numbers_in_it(leader: Client, ids: dict[str, int]) -> None:
    page = leader.get(f"/follow-ups/{ids['follow_up']}").content.decode()
    assert "before and since" in page
    assert page.count("likely between") >= 2
    assert "Three answers close it" in page


def test_a_follow_up_closes_with_three_answers(leader: Client, ids: dict[str, int]) -> None:
    path = f"/follow-ups/{ids['follow_up']}/close"
    page = leader.post(path, {"did_happen": "yes", "note": "kept"}).content.decode()
    assert page.count("A follow-up closes with all three answers.") == 2
    assert "kept" in page
    answers = {"did_happen": "yes", "did_work": "yes", "next_step": "close", "note": "Well done."}
    closed = leader.post(path, answers, follow=True).content.decode()
    assert "The loop is closed." in closed
    assert "Done: the focus is closed" in closed
    assert leader.post(path, answers).status_code == 422


def test_keeping_on_goes_to_the_next_session(leader: Client, ids: dict[str, int]) -> None:
    answers = {"did_happen": "partly", "did_work": "too_early", "next_step": "continue"}
    response = leader.post(f"/follow-ups/{ids['follow_up']}/close", answers)
    assert response.headers["Location"].startswith("/sessions/")


def test_a_closed_follow_up_keeps_the_numbers_it_was_closed_with(
    cast: Cast, leader: Client, ids: dict[str, int]
) -> None:
    answers = {"did_happen": "yes", "did_work": "yes", "next_step": "close"}
    leader.post(f"/follow-ups/{ids['follow_up']}/close", answers)
    row = FollowUp.objects.get(pk=ids["follow_up"])
    assert f"{row.numbers['since']['met']} of {row.numbers['since']['n']}" in seen(
        cast.other_agent, f"/follow-ups/{row.pk}"
    )


def test_before_its_day_a_follow_up_says_when_it_opens(cast: Cast, ids: dict[str, int]) -> None:
    FollowUp.objects.filter(pk=ids["follow_up"]).update(opened_at=None, due_on=F("due_on") + timedelta(days=30))
    page = seen(cast.leader, f"/follow-ups/{ids['follow_up']}")
    assert "It opens by itself" in page
    assert "<form" not in page.split("<main")[1]


def test_my_page_is_about_me(cast: Cast, ids: dict[str, int]) -> None:
    """My focus, my trend with its numbers, my commitment, and something that went well."""
    assert ids
    page = seen(cast.other_agent, "/me")
    for words in (
        "What am I working on?",
        "Your one focus",
        "Your commitment",
        "Your own words",
        "What went well",
        "trend.svg",
    ):
        assert words in page
    assert "% overall" not in page


def test_without_calls_my_page_says_what_will_be_here(cast: Cast) -> None:
    """Something true, also on the first day; and without an agent id, what an admin has to do."""
    Agent.objects.filter(key="lea").update(user=None)
    assert "coachloop people add" in seen(cast.agent, "/me")
    Agent.objects.create(key="new", name="Lea New", user=cast.agent)
    page = seen(cast.agent, "/me")
    assert "No open focus" in page
    assert "Your first scored call" in page


def test_the_trend_is_a_picture_light_and_dark_wide_and_narrow(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    drawn = set()
    for look in ("", "&theme=dark", "&size=narrow", "&theme=dark&size=narrow"):
        response = client.get(f"/agents/lea/trend.svg?template=discovery&behaviour=open_questions{look}")
        assert response.headers["Content-Type"] == "image/svg+xml"
        drawn.add(response.content)
    assert len(drawn) == 4
    assert client.get("/agents/lea/trend.svg?template=discovery&behaviour=none").status_code == 404


def test_when_somebody_was_faster_the_page_says_so(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    """The session was held in another window meanwhile."""
    coaching.cancel_session(viewer=viewer(cast.leader), session_id=ids["planned"], now=cast.now)
    page = leader.post(f"/sessions/{ids['planned']}/plan", {"planned_for": "2099-01-05T10:00"})
    assert page.status_code == 422


def test_a_follow_up_shows_the_proof_since_and_the_outcomes_without_a_claim(cast: Cast, ids: dict[str, int]) -> None:
    page = seen(cast.leader, f"/follow-ups/{ids['follow_up']}")
    assert "Since then, in their own words" in page
    assert 'href="/conversations/tom-' in page
    assert "What became of the calls" in page
    assert "this does not say that the session did" in page
    assert "own words" in seen(cast.other_agent, f"/follow-ups/{ids['follow_up']}")


def test_looking_at_the_proof_is_in_the_log(cast: Cast, ids: dict[str, int]) -> None:
    seen(cast.leader, f"/follow-ups/{ids['follow_up']}")
    looked = AuditEntry.objects.filter(action="conversation.look", subject__startswith="conversation:tom-")
    assert looked.filter(actor=cast.leader).exists()


def test_a_follow_up_that_waits_is_said_gently(cast: Cast, ids: dict[str, int]) -> None:
    """To the leader with help, to the adviser as a question, to operations as a count."""
    FollowUp.objects.filter(pk=ids["follow_up"]).update(due_on=timezone.localdate() - timedelta(days=24))
    assert "working days late" in seen(cast.leader, f"/follow-ups/{ids['follow_up']}")
    assert "ask for help where something is in the way" in seen(cast.leader, "/week")
    advised = seen(cast.qa_lead, "/week?team=north")
    assert "Ask what would help" in advised
    assert "before I show anything" not in advised, "what was agreed stays between the two"
    counted = seen(cast.operations, "/mix")
    assert "Follow-ups that have waited" in counted
    assert "Tom Okafor" not in counted
    assert "Follow-ups that have waited" not in seen(cast.leader, "/mix")
