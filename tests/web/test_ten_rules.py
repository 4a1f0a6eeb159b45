"""The ten rules of the discipline, each attacked through the pages.

With hostile or incomplete fields, forged ids, a second tab, somebody else's session, steps out of order. Services, tables and commands are attacked in tests/app/test_ten_rules.py. There is no HTTP API yet: where it comes, it gets its column.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Focus, FollowUp, Session, SlotMove
from web.cast import Cast, protected
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db
BLANKS = ("", "  ", "\u200b", "…")


def whole(**changes: str) -> dict[str, str]:
    """An agreement with nothing missing."""
    today = timezone.localdate()
    return {
        "own_words": "I rush.",
        "action": "Say why I call first",
        "by_when": str(today + timedelta(days=5)),
        "how_reviewed": "Three calls, read together",
        "review_on": str(today + timedelta(days=7)),
        "held_on": str(today),
        **changes,
    }


def source(response: Any) -> str:
    return str(response.content.decode())


def test_rule_1_by_page_no_forged_day_holds_it_in_time(leader: Client, ids: dict[str, int]) -> None:
    """Before it was opened, to come, and no day at all."""
    today = timezone.localdate()
    for day in (today - timedelta(days=30), today + timedelta(days=1), "0001-01-01", "9999-12-31", "yesterday", ""):
        response = leader.post(f"/sessions/{ids['planned']}/hold", whole(held_on=str(day)))
        assert response.status_code == 422
    for when in ("0001-01-01T09:00", "9999-12-31T23:59", "2020-01-01T09:00"):
        assert leader.post(f"/sessions/{ids['planned']}/plan", {"planned_for": when}).status_code == 422
    assert Session.objects.get(pk=ids["planned"]).status == "planned"


def test_rule_1_by_page_days_left_are_on_the_week_before_they_run_out(leader: Client) -> None:
    assert re.search(r"days? left|due today|overdue|late", source(leader.get("/week")))


def test_rule_2_by_page_a_second_tab_opens_no_second_focus(leader: Client, ids: dict[str, int]) -> None:
    """Whatever it sends along; an open follow-up counts as much as a planned session."""
    before = Focus.objects.count()
    for key in ("lea", "tom"):
        leader.post(f"/agents/{key}/focus", {"behaviour": "states_purpose", "closed_at": "2020-01-01", "force": "1"})
    assert Focus.objects.count() == before
    assert ids


def test_rule_3_by_page_a_blank_is_no_account_of_what_was_said(leader: Client, ids: dict[str, int]) -> None:
    Focus.objects.update(example=None)
    for account in BLANKS:
        assert leader.post(f"/sessions/{ids['planned']}/hold", whole(account=account)).status_code == 422
    assert Session.objects.get(pk=ids["planned"]).status == "planned"


def test_rule_4_by_page_not_held_with_a_part_missing_blank_or_senseless(leader: Client, ids: dict[str, int]) -> None:
    path, today = f"/sessions/{ids['planned']}/hold", timezone.localdate()
    for name in ("own_words", "action", "how_reviewed"):
        for blank in BLANKS:
            assert leader.post(path, whole(**{name: blank})).status_code == 422
    for name in ("own_words", "action", "by_when", "how_reviewed", "review_on"):
        assert leader.post(path, {key: value for key, value in whole().items() if key != name}).status_code == 422
    for review in (str(today), str(today + timedelta(days=3)), "9999-12-31", "soon"):
        assert leader.post(path, whole(review_on=review)).status_code == 422
    assert leader.post(path, {"status": "held"}).status_code == 422
    assert not FollowUp.objects.filter(session=ids["planned"]).exists()


def test_rule_4_by_page_what_was_agreed_is_not_changed_afterwards(leader: Client, ids: dict[str, int]) -> None:
    """A second tab that was still open, a late draft, and calling it off."""
    before = Session.objects.filter(pk=ids["held"]).values().get()
    for step in ("hold", "draft", "cancel", "start", "plan"):
        leader.post(f"/sessions/{ids['held']}/{step}", whole(action="Something else", planned_for="2030-01-01T09:00"))
    assert Session.objects.filter(pk=ids["held"]).values().get() == before


def test_rule_5_by_page_not_closed_without_its_three_answers_nor_before_its_day(
    leader: Client, ids: dict[str, int]
) -> None:
    path = f"/follow-ups/{ids['follow_up']}/close"
    answers = {"did_happen": "yes", "did_work": "yes", "next_step": "close"}
    for name in answers:
        assert leader.post(path, {key: value for key, value in answers.items() if key != name}).status_code == 422
        assert leader.post(path, {**answers, name: "whatever"}).status_code == 422
    leader.post(f"/sessions/{ids['planned']}/hold", whole())
    early = FollowUp.objects.get(session=ids["planned"])
    assert leader.post(f"/follow-ups/{early.pk}/close", answers).status_code == 422
    assert not FollowUp.objects.exclude(closed_at=None).exists()


def test_rule_6_by_page_the_question_comes_before_the_answer(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    """In the leader's page by order; the agent's has no analysis; no field in an address unfolds it."""
    shown = source(leader.get(f"/sessions/{ids['planned']}?open=all&show=better"))
    assert shown.index("What went well") < shown.index('name="own_words"') < shown.index("A better move")
    assert "A better move" not in source(signed_in(cast.agent).get(f"/sessions/{ids['planned']}?open=all"))


def test_rule_7_by_page_a_team_that_does_one_kind_is_told(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    focus = Session.objects.get(pk=ids["held"])
    today = timezone.localdate()
    for day in range(1, 7):
        Session.objects.create(
            agent=focus.agent, behaviour=focus.behaviour, kind="performance", status="imported", created_at=cast.now,
            held_on=today - timedelta(days=day),
        )  # fmt: skip
    for path in ("/week", "/mix"):
        assert "none was led by the agent" in source(leader.get(path))


def test_rule_8_by_page_no_slot_is_taken_away_in_silence(cast: Cast, leader: Client) -> None:
    made = protected(cast)
    path, day = f"/slots/{made['slot']}/{made['slot_day']}", made["slot_day"]
    moves = SlotMove.objects.count()
    for reason in BLANKS:
        assert leader.post(path, {"day": day, "starts": "11:00", "reason": reason}).status_code == 422
        assert leader.post(f"/slots/{made['slot']}/end", {"reason": reason}).status_code == 422
    for other in ("2030-01-01", "9999-12-31", "0001-01-01", ""):
        assert leader.post(path, {"day": other, "starts": "11:00", "reason": "All hands"}).status_code == 422
    assert SlotMove.objects.count() == moves


PERCENT_OF_ALL = re.compile(
    r"(overall|total|average|quality) (score|rate|percentage)|\bQA score\b|\brank(ed|ing)?\b|leaderboard", re.IGNORECASE
)


def test_rule_9_by_page_no_overall_percentage_and_no_ranking(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    """On the pages about agents, as the agent and as the leader see them; an address that asks for an order gets none."""
    lea = signed_in(cast.agent)
    for client, path in (
        (lea, "/me"), (lea, f"/sessions/{ids['planned']}"), (leader, "/agents/lea"), (leader, "/week"),
        (leader, "/heatmap?sort=rate"), (leader, "/mix"), (leader, f"/follow-ups/{ids['follow_up']}"),
    ):  # fmt: skip
        found = PERCENT_OF_ALL.search(re.sub(r"<[^>]+>", " ", source(client.get(path))))
        assert found is None, (path, found)


def test_rule_9_by_page_somebody_elses_coaching_is_not_there(cast: Cast, ids: dict[str, int]) -> None:
    """Another leader, a colleague, an adviser: forged ids lead nowhere and change nothing."""
    before = list(Session.objects.order_by("pk").values()) + list(FollowUp.objects.order_by("pk").values())
    for who in (cast.other_leader, cast.other_agent, cast.qa_lead, cast.operations, cast.evaluator, cast.admin):
        client = signed_in(who)
        for step in ("hold", "plan", "cancel", "start", "draft", "confirm", "contest"):
            assert client.post(f"/sessions/{ids['planned']}/{step}", whole()).status_code in {403, 404}
        answers = {"did_happen": "yes", "did_work": "yes", "next_step": "close"}
        assert client.post(f"/follow-ups/{ids['follow_up']}/close", answers).status_code in {403, 404}
        assert client.post("/agents/mia/focus").status_code in {403, 404}
    assert list(Session.objects.order_by("pk").values()) + list(FollowUp.objects.order_by("pk").values()) == before


CLAIM = re.compile(r"\b(coaching worked|it worked|has worked|proven|caused|thanks to the session)\b", re.IGNORECASE)


def test_rule_10_by_page_a_look_back_claims_nothing_and_shows_its_interval(leader: Client, ids: dict[str, int]) -> None:
    words = re.sub(r"<[^>]+>", " ", source(leader.get(f"/follow-ups/{ids['follow_up']}")))
    assert CLAIM.search(words) is None
    assert re.search(r"\d+ of \d+|\d+ to \d+ ?%|between", words)
