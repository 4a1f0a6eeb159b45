"""Who is the agent, from what both say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.hearing.roles import WEIGHTS, evidence, roles
from coachloop.core.model.conversation import SURE

SIDES = st.lists(st.lists(st.text(max_size=40), max_size=5), min_size=1, max_size=4)

ENGLISH = (
    [
        "Thank you for calling Northern Gas, my name is Ann. How can I help you?",
        "Can I take your account number, please?",
    ],
    ["Hi, I'd like to change my address.", "Yes, it's 12 34 56.", "No, that's all, thank you."],
)
GERMAN = (
    [
        "Willkommen bei den Stadtwerken, wie kann ich Ihnen helfen?",
        "Nennen Sie mir bitte Ihre Kundennummer.",
        "Kann ich sonst noch etwas für Sie tun?",
    ],
    ["Ich möchte meine Adresse ändern.", "Eins zwei drei vier.", "Nein, danke, das war alles."],
)
SPANISH = (
    ["Bienvenido a Gas Norte, le habla Ana, ¿en qué le puedo ayudar?", "¿Cuál es su número de cliente?", "¿Algo más?"],
    ["Quiero cambiar mi dirección.", "Uno dos tres cuatro.", "No, gracias, eso es todo."],
)
FRENCH = (
    ["Bienvenue chez Gaz du Nord, comment puis-je vous aider ?", "Quel est votre numéro de client ?", "Autre chose ?"],
    ["Je voudrais changer mon adresse.", "Un deux trois quatre.", "Non merci, c'est tout."],
)


@pytest.mark.parametrize("sides", [ENGLISH, GERMAN, SPANISH, FRENCH], ids=["en", "de", "es", "fr"])
@pytest.mark.parametrize("agent", [0, 1])
def test_who_offers_help_and_asks_is_the_agent_on_whichever_side(sides, agent):
    found = roles(sides if agent == 0 else sides[::-1])
    assert found.agent == agent
    assert found.confidence >= SURE
    assert f"side {agent + 1}" in found.why[0]


def test_typeset_apostrophes_and_capitals_are_read_as_plain_ones():
    assert evidence(["I\u2019D LIKE a new card"]) == evidence(["i'd like a new card"])
    assert evidence(["I\u2019D LIKE a new card"])["wants"] > 0


def test_a_customer_who_wants_something_is_a_reason_too():
    found = roles([["Right."], ["I'd like my deposit back, I need my money."]])
    assert found.agent == 0
    assert "side 2 wants something" in found.why


@pytest.mark.parametrize(
    "sides", [[["How can I help you?"]], [["How can I help you?"], []], [["Hello, welcome to us."], [" "]], [[], []]]
)
def test_one_side_alone_makes_nobody_sure(sides):
    found = roles(sides)
    assert found.confidence == 0.5
    assert found.why == ("only one side says anything",)


def test_in_a_language_without_cues_nobody_is_sure_however_much_one_side_talks():
    found = roles([["Dzień dobry, co słychać?"] * 10, ["tak"]])
    assert found.agent == 0
    assert 0.5 < found.confidence < SURE


def test_a_third_speaker_takes_from_the_certainty():
    two, three = roles(ENGLISH), roles([*ENGLISH, ["Can I take your name, please?"]])
    assert two.agent == three.agent == 0
    assert three.confidence < two.confidence


def test_no_side_at_all_is_an_error():
    with pytest.raises(ValueError, match="one or more, got none"):
        roles([])


def test_like_sides_are_a_toss_up():
    found = roles([["Hello."], ["Hello."]])
    assert found.confidence == 0.5
    assert found.why == ()


@given(SIDES)
def test_whatever_is_said_the_answer_is_a_side_with_a_confidence(sides):
    found = roles(sides)
    assert 0 <= found.agent < len(sides)
    assert 0.5 <= found.confidence <= 1
    assert set(evidence(sides[0])) == set(WEIGHTS)


@given(st.lists(st.text(max_size=40), max_size=5), st.lists(st.text(max_size=40), max_size=5))
def test_the_order_of_the_sides_makes_no_difference(one, other):
    there, back = roles([one, other]), roles([other, one])
    assert there.confidence == pytest.approx(back.confidence)
    assert there.agent != back.agent or there.confidence == 0.5
