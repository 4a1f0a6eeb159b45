"""Another agent's name in the same call is, to the judge, the same request, letter by letter."""

import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member
from coachloop.core.scoring.judge.parts import parts
from coachloop.core.scoring.judge.prompt import ask
from coachloop.core.scoring.judge.shown import Transcript
from coachloop.core.scoring.moments import moments
from coachloop.core.scoring.port import Question

BEHAVIOUR = Behaviour("names", "Names", "Did the agent say who they are?", score_with=(Member("judge"),))
NAMES = (
    "Emily Clarke", "Mohammed Khan", "Priya Patel", "Kofi Mensah", "Nguyễn Thị Hoa", "Seán O'Brien", "Fatima Al-Rashid", "José Núñez",
    "Małgorzata Wójcik", "Ίρις Παπαδοπούλου", "佐藤 花子",
)  # fmt: skip


def requests(name):
    first = name.split()[0]
    turns = (
        Turn(Speaker.AGENT, f"Good morning, this is {name} from Harbour Homes.", 0.0, 2.0),
        Turn(Speaker.CUSTOMER, f"Hello {first}. Do you spell {first.upper()} with one L?", 2.0, 4.0),
        Turn(Speaker.AGENT, f"Ask for {first} when you call back, just {first}.", 4.0, 6.0),
    )
    call = Conversation("c", turns, agent_name=name, customer_name="Ms Berg")
    transcript = Transcript(call)
    found = moments(call, BEHAVIOUR)
    questions = (Question(call, BEHAVIOUR, found, {}),)
    return [ask(transcript, questions, part, shots={}) for part in parts(transcript, questions, 8000)]


@pytest.mark.parametrize("name", NAMES[1:])
def test_another_name_is_the_same_request(name):
    assert requests(name) == requests(NAMES[0])


def test_no_part_of_a_name_reaches_the_model():
    for name in NAMES:
        said = " ".join(message.content for request in requests(name) for message in request.messages)
        assert not any(part in said for part in name.split()), name
