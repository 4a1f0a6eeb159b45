"""Few-shot examples from the centre's own reviews: what was said there, without names."""

from coachloop.core.model.conversation import Speaker
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.ports import Reviewed
from coachloop.core.scoring.judge.prompt import Shot
from coachloop.core.scoring.judge.quotes import is_addressed_to_the_judge
from coachloop.core.scoring.judge.shown import Transcript
from coachloop.core.scoring.moments import NoMoment, moments

LIMIT = 200
"""Characters of each side that an example shows."""


def shot(reviewed: Reviewed, behaviour: Behaviour) -> Shot | None:
    """The stretch a person's answer rests on: the customer's words and the agent's answer.

    Returns:
        None where there is nothing to show: no turn was named for `met`, nothing opens a moment, or the words speak to the judge.
    """
    turn = _turn(reviewed, behaviour)
    if turn is None:
        return None
    said = [f'{who}: "{text[:LIMIT]}"' for who, text in _around(reviewed, turn) if text]
    if any(is_addressed_to_the_judge(text) for text in said):
        return None
    return Shot(reviewed.outcome, " ".join(said))


def _turn(reviewed: Reviewed, behaviour: Behaviour) -> int | None:
    """The agent's turn that the answer is about."""
    turns = reviewed.conversation.turns
    named = [turn for turn in reviewed.turns if 0 <= turn < len(turns) and turns[turn].speaker is Speaker.AGENT]
    if named:
        return named[0]
    if reviewed.outcome is not Outcome.NOT_MET:
        return None
    found = moments(reviewed.conversation, behaviour)
    if isinstance(found, NoMoment) or found[0].trigger is None:
        return None
    return min(found[0].spans)


def _around(reviewed: Reviewed, turn: int) -> list[tuple[str, str]]:
    shown = Transcript(reviewed.conversation).turns
    said = [(Speaker.AGENT.value, shown[turn].text)]
    if turn > 0 and reviewed.conversation.turns[turn - 1].speaker is Speaker.CUSTOMER:
        said.insert(0, (Speaker.CUSTOMER.value, shown[turn - 1].text))
    return said
