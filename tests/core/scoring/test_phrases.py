# ruff: noqa: RUF001 - look-alike punctuation is what is under test
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import AppliesWhen, Behaviour, Member, Require, Span, Template, Window
from coachloop.core.model.verdict import Missed, Outcome, Quote
from coachloop.core.scoring.moments import moments
from coachloop.core.scoring.phrases import MISS, PhraseScorer
from coachloop.core.scoring.port import Finding, Question
from coachloop.core.scoring.runner import Runner

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
PRICE = AppliesWhen(customer_says=("price",))


def talk(*said: str, **fields: str) -> Conversation:
    """Turns such as `a: hello`."""
    who = {"a": AGENT, "c": CUSTOMER}
    return Conversation("c", tuple(Turn(who[line[0]], line[3:]) for line in said), **fields)


def behaviour(**fields: object) -> Behaviour:
    return Behaviour("b", "B", "Q?", good="better", **fields)


def find(conversation: Conversation, options: dict[str, object], *, last: bool = True, **fields: object) -> Finding:
    asked = behaviour(**{"score_with": (Member("phrases", options),), **fields})
    question = Question(conversation, asked, moments(conversation, asked), options, last)
    [finding] = PhraseScorer().score([question])
    return finding


def outcome(said: str, options: dict[str, object], **names: str) -> Outcome | None:
    return find(talk(f"a: {said}", **names), options).outcome


def test_a_hit_is_met_and_proven_by_the_sentence_around_it():
    finding = find(talk("c: hm", "a: Hi. I’m calling because of you. Fine?"), {"any": ["I'm calling because"]})
    assert finding == Finding(
        Outcome.MET, 'says "I’m calling because"', evidence=(Quote(1, 4, 31, "I’m calling because of you."),)
    )


def test_one_quote_for_every_turn_that_hits():
    finding = find(talk("a: sorry, sorry", "c: sorry", "a: so", "a: oh sorry."), {"any": ["sorry", "/so+rry/", "oh"]})
    assert [(quote.turn, quote.text) for quote in finding.evidence] == [(0, "sorry, sorry"), (3, "oh sorry.")]


def test_turns_found_only_by_a_regular_expression_come_in_order():
    finding = find(talk("a: 4 pm", "a: sorry", "a: at 5"), {"any": ["sorry", r"/\d/"]})
    assert [quote.turn for quote in finding.evidence] == [0, 1, 2]


def test_words_to_avoid_win_over_words_that_show_it():
    finding = find(
        talk("a: calling because", "a: calling to see if"), {"any": ["calling"], "none": ["calling to see if"]}
    )
    assert finding.outcome is Outcome.NOT_MET
    assert finding.missed == Missed(1, "better")
    assert finding.reason == 'says "calling to see if", which does not count'
    assert finding.evidence == ()


def test_a_long_hit_is_shortened_in_the_reason():
    finding = find(talk("a: " + "ab " * 100), {"any": ["/ab .* ab/"]})
    assert len(finding.reason) == len('says ""') + 80
    assert finding.reason.endswith('..."')


@pytest.mark.parametrize(
    ("options", "last", "expected"),
    [
        ({"any": ["x"]}, False, None),
        ({"any": ["x"]}, True, Outcome.NOT_MET),
        ({"any": ["x"], "miss": "pass"}, True, Outcome.NOT_MET),
        ({"any": ["x"], "miss": "not_met"}, False, Outcome.NOT_MET),
    ],
)
def test_a_miss_passes_unless_nobody_comes_after(options, last, expected):
    finding = find(talk("c: hm", "a: hello"), options, last=last)
    assert (finding.outcome, finding.reason) == (expected, MISS)
    assert finding.missed == (Missed(1, "better") if expected else None)


def test_all_phrases_have_to_be_said_though_not_in_one_turn():
    options = {"all": ["thank you", "because"], "any": ["hello", "hi"]}
    met = find(talk("a: hi", "a: thank you", "a: because"), options)
    assert [quote.turn for quote in met.evidence] == [0, 1, 2]
    assert find(talk("a: hi", "a: thank you"), options).outcome is Outcome.NOT_MET
    assert find(talk("a: thank you because"), options).outcome is Outcome.NOT_MET


def test_gaps_take_as_many_words_as_the_template_says():
    assert outcome("reason for my brief call", {"any": ["reason ... call"], "gap": 3}) is Outcome.MET
    assert outcome("reason for my brief call", {"any": ["reason ... call"], "gap": 2}) is Outcome.NOT_MET


def test_no_phrase_reaches_from_one_turn_into_the_next():
    assert (
        find(talk("a: calling", "a: because"), {"any": ["calling because", "calling ... because"]}).outcome
        is Outcome.NOT_MET
    )


def test_only_words_to_avoid_prove_something_only_where_the_cascade_ends_with_them():
    avoid = {"none": ["calm down"]}
    judged = (Member("phrases", avoid), Member("judge"))
    assert find(talk("a: calm down"), avoid, score_with=judged).outcome is Outcome.NOT_MET
    assert find(talk("a: hello"), avoid, score_with=judged).outcome is None
    assert find(talk("a: hello"), avoid) == Finding(Outcome.MET, "says none of the words to avoid")


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("Ms Anna Berg", "Hello Ms Berg!", True),
        ("Ms Anna Berg", "hello anna, it's me", True),
        ("Ms Anna Berg", "Hello, Anna Berg", True),
        ("Ms Anna Berg", "Hello Berg's", True),
        ("Ms Anna Berg", "Hello Ms", False),
        ("Ms Anna Berg", "Hello Bergman", False),
        ("Dr. X Müller", "Hello, Dr. Müller", True),
        ("Dr. X Müller", "Hello X", False),
        ("Seán O'Brien", "Hello Mr. O’Brien", True),
        ("Mark Will", "hello will you wait", True),
        ("Mark Will", "Hello will you wait", False),
        ("Mark Will", "Hello Will, can you wait", True),
        ("Anna Berg", "Hello Lea", False),
        ("anything", "Hello [CUSTOMER_NAME], welcome", True),
        ("[CUSTOMER_NAME]", "Hello [CUSTOMER_NAME]", True),
    ],
)
def test_a_customers_name_is_any_part_of_it_but_the_title(name, said, expected):
    options = {"any": ["hello {customer_name}"]}
    found = outcome(said, options, customer_name=name, agent_name="Lea Rossi")
    assert found is (Outcome.MET if expected else Outcome.NOT_MET)


def test_literal_words_may_happen_to_be_names():
    options = {"any": ["I will call you {customer_name}", "it's {agent_name}"]}
    assert outcome("I Will call you Will", options, customer_name="Will", agent_name="Will Call") is Outcome.MET
    assert outcome("It's Call.", options, customer_name="Will", agent_name="Will Call") is Outcome.MET
    assert outcome("It's Bob.", options, customer_name="Will", agent_name="Will Call") is Outcome.NOT_MET


def test_a_name_that_nobody_knows_is_not_missed():
    """Nobody is blamed for not saying a name that the data does not hold."""
    finding = find(
        talk("a: hello", customer_name="Ms"), {"any": ["{customer_name}", "your name, {agent_name}"], "miss": "not_met"}
    )
    assert finding.outcome is None
    assert finding.reason == "can't look for the agent's name and the customer's name: not known here"
    assert outcome("hello [AGENT_NAME]", {"any": ["this is {agent_name}"]}) is Outcome.NOT_MET
    assert outcome("hello there", {"any": ["{customer_name}", "hello"]}) is Outcome.MET


def test_offsets_are_characters_whatever_stands_before_the_hit():
    """RE2 counts bytes of UTF-8; a quote does not."""
    text = "Grüß Gott 👋🏽 Zoë — I’m calling because 字. Ja."
    for phrases in (["calling because"], ["/calling because/"]):
        finding = find(talk(f"a: {text}"), {"any": phrases})
        assert [quote.text for quote in finding.evidence] == [text[:-4]]
        assert finding.reason == 'says "calling because"'


def test_regular_expressions_see_each_turn_as_it_stands():
    assert outcome("Call me.", {"any": ["/^call me.$/"]}) is Outcome.MET
    assert outcome("call me", {"any": ["/(?-i)Call/"]}) is Outcome.NOT_MET
    assert outcome("a\ud800b", {"any": ["/a.b/"]}) is Outcome.MET
    assert find(talk("a: one", "a: two"), {"any": [r"/one\stwo/", "/one.two/"]}).outcome is Outcome.NOT_MET


MOMENTS = {"window": Window(Span.AFTER, 1), "applies_when": PRICE}
CALL = talk("a: hi", "c: price", "a: good", "c: price", "a: well", "c: price", "a: bad")


@pytest.mark.parametrize(
    ("require", "options", "expected", "turn"),
    [
        (Require.ANY, {"any": ["well"]}, Outcome.MET, 4),
        (Require.ANY, {"any": ["well"], "none": ["bad"]}, Outcome.MET, 4),
        (Require.ANY, {"any": ["x"]}, Outcome.NOT_MET, 1),
        (Require.ANY, {"any": ["x"], "none": ["bad"]}, Outcome.NOT_MET, 6),
        (Require.ALL, {"any": ["good", "well", "bad"]}, Outcome.MET, 2),
        (Require.ALL, {"any": ["good", "bad"]}, Outcome.NOT_MET, 3),
        (Require.ALL, {"any": ["well", "bad"]}, Outcome.NOT_MET, 1),
        (Require.FIRST, {"any": ["good"], "none": ["bad"]}, Outcome.MET, 2),
        (Require.FIRST, {"any": ["well"]}, Outcome.NOT_MET, 1),
    ],
)
def test_several_moments(require, options, expected, turn):  # noqa: PLR0917
    """Where met, the first proof; where not, the first moment that was not handled."""
    finding = find(CALL, options, require=require, **MOMENTS)
    assert finding.outcome is expected
    assert (finding.evidence[0].turn if finding.evidence else finding.missed.turn) == turn


def test_a_turn_in_two_moments_is_quoted_once():
    conversation = talk("c: price", "a: one", "c: price", "a: value")
    finding = find(conversation, {"any": ["value"]}, window=Window(Span.AFTER, 2), applies_when=PRICE)
    assert finding.evidence == (Quote(3, 0, 5, "value"),)


def test_questions_are_answered_in_order_over_conversations():
    options = {"any": ["yes"]}
    asked = behaviour()
    calls = [talk("a: yes"), talk("a: no"), talk("a: yes")]
    questions = [Question(call, asked, moments(call, asked), options, last=True) for call in calls]
    outcomes = [finding.outcome for finding in PhraseScorer().score(questions)]
    assert outcomes == [Outcome.MET, Outcome.NOT_MET, Outcome.MET]


WORDS = st.sampled_from(
    [
        "calling",
        "because",
        "I’m",
        "Müller",
        "price",
        "how much",
        "字",
        "e\u0301",
        "'",
        "|",
        "\x01",
        "…",
        ". ",
        "\n",
        "👋",
        "\ud800",
    ]
)
SAID = st.lists(WORDS | st.text(max_size=4), max_size=12).map(" ".join)
SPEECH = st.lists(st.tuples(st.sampled_from(Speaker), SAID), max_size=8)
PHRASES = st.sampled_from(
    [
        "calling because",
        "calling ... because",
        "{customer_name}",
        "im",
        "/[a-z]+/",
        r"/\S/",
        r"/\b/",
        "字",
        "é",
        "{agent_name} because",
    ]
)


@given(turns=SPEECH, phrases=st.lists(PHRASES, min_size=1, max_size=3), name=st.none() | SAID, after=st.booleans())
@settings(max_examples=250, deadline=None)
def test_every_quote_is_verbatim_and_the_agents_own(turns, phrases, name, after):  # noqa: PLR0917
    """Whatever was said, a quote is found where it claims to be, spoken by the agent."""
    conversation = Conversation("c", tuple(Turn(*turn) for turn in turns), customer_name=name)
    window = {"window": Window(Span.AFTER, 2), "applies_when": AppliesWhen(("price", "how much"))} if after else {}
    asked = behaviour(score_with=(Member("phrases", {"any": phrases, "none": ["price because"]}),), **window)
    [[verdict]] = Runner(Template("t", "T", (asked,)), {"phrases": PhraseScorer()}).score([conversation])
    assert "crashed" not in verdict.reason
    assert verdict.dropped_quotes == 0 or r"/\b/" in phrases
    for quote in verdict.evidence:
        assert quote.is_in(conversation)
        assert conversation.turns[quote.turn].speaker is AGENT
    if verdict.outcome is Outcome.MET:
        assert verdict.evidence
    if verdict.outcome is Outcome.NOT_MET:
        assert 0 <= verdict.missed.turn < len(turns)


@given(st.text(), st.text())
@settings(deadline=None)
def test_any_text_can_be_searched(said, name):
    found = (
        outcome(said, {"any": ["{customer_name}", "a ... b", "/x|y/"], "none": ["never"]}, customer_name=name)
        if said.strip()
        else None
    )
    assert found in {Outcome.MET, Outcome.NOT_MET, None}
