"""Several answers about one behaviour, of the parts of a long call and of several votes, folded into one finding."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from coachloop.core.model.template import Require
from coachloop.core.model.verdict import Missed, Outcome
from coachloop.core.scoring.evidence import missed_at
from coachloop.core.scoring.judge.check import Checked
from coachloop.core.scoring.judge.reply import may_not_apply
from coachloop.core.scoring.port import Finding, Question

NOT_SAID_HERE = "the agent says nothing where it counts"

_DOUBTFUL, _CANNOT_TELL = "doubtful", "cannot tell"
_ONE_IS_ENOUGH = (Outcome.MET, _DOUBTFUL, Outcome.NOT_MET, _CANNOT_TELL, Outcome.NOT_APPLICABLE)
_EVERY_ONE = (Outcome.NOT_MET, _DOUBTFUL, _CANNOT_TELL, Outcome.MET, Outcome.NOT_APPLICABLE)


def fold_parts(answers: Sequence[Checked], question: Question) -> Checked:
    """One answer for the whole conversation.

    Met in one part is met, and not met needs every part that could be judged; where every moment has to be met, the other way
    round. A part whose answer can't be used leaves it open, unless another decides it alone.

    Args:
        answers: of the parts in which the behaviour was judged, in order; at least one.
        question: what was asked.
    """
    every = question.behaviour.require is Require.ALL and len(question.moments) > 1
    first = min(answers, key=lambda answer: (_EVERY_ONE if every else _ONE_IS_ENOUGH).index(_kind(answer)))
    same = [answer for answer in answers if answer.outcome is first.outcome]
    return replace(
        first,
        quotes=tuple(dict.fromkeys(quote for answer in same for quote in answer.quotes)),
        made_up=tuple(quote for answer in answers for quote in answer.made_up),
    )


def _kind(answer: Checked) -> str:
    return answer.outcome or (_DOUBTFUL if answer.doubt else _CANNOT_TELL)


def finding(votes: Sequence[Checked], question: Question) -> Finding:
    """What more than half of the votes say, as the one among them with the most proof puts it.

    Args:
        votes: at least one, each for the whole conversation.
        question: what was asked.
    """
    counts = Counter(vote.outcome for vote in votes)
    outcome, most = counts.most_common(1)[0]
    if 2 * most <= len(votes):
        split = ", ".join(f"{count} {said or 'undecided'}" for said, count in counts.most_common())
        return Finding(None, f"the judge's votes are split: {split}")
    best = max((vote for vote in votes if vote.outcome is outcome), key=lambda vote: len(vote.quotes))
    return _finding(replace(best, probability=_share(counts) if len(votes) > 1 else best.probability), question)


def _share(counts: Counter[Outcome | None]) -> float | None:
    decided = counts[Outcome.MET] + counts[Outcome.NOT_MET]
    return counts[Outcome.MET] / decided if decided else None


def _finding(answer: Checked, question: Question) -> Finding:
    match answer.outcome:
        case Outcome.MET:
            evidence = (*answer.quotes, *answer.made_up)
            return Finding(Outcome.MET, answer.reason, probability=answer.probability, evidence=evidence)
        case Outcome.NOT_MET:
            missed = Missed(answer.missed, answer.better)
            return Finding(Outcome.NOT_MET, answer.reason, probability=answer.probability, missed=missed)
        case Outcome.NOT_APPLICABLE:
            return Finding(Outcome.NOT_APPLICABLE, answer.reason)
        case _:
            return _open(answer, question)


def _open(answer: Checked, question: Question) -> Finding:
    """Nothing was decided. Where that is for want of a true quote, the runner is shown the false ones: it drops and counts them."""
    del question
    if answer.made_up:
        return Finding(Outcome.MET, answer.reason, evidence=answer.made_up)
    return Finding(None, answer.reason or "the judge can't tell")


def silent(question: Question) -> Finding:
    """What needs no asking: the agent says nothing in the window."""
    if may_not_apply(question.behaviour):
        return Finding(None, f"{NOT_SAID_HERE}, and whether it applies is not known")
    return Finding(Outcome.NOT_MET, NOT_SAID_HERE, missed=missed_at(question, question.moments[0]))
