"""The judge: asks a language model about all that is open in a conversation at once, and takes only what it can prove."""

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from coachloop.core.model.template import Behaviour
from coachloop.core.scoring.judge.check import Checked, checked
from coachloop.core.scoring.judge.exchange import Ended, Exchange, Talk
from coachloop.core.scoring.judge.fold import finding, fold_parts, silent
from coachloop.core.scoring.judge.parts import Part, parts
from coachloop.core.scoring.judge.ports import (
    NO_REVIEWS,
    ChatReply,
    ChatRequest,
    ModelUnavailableError,
    Reviewed,
    Reviews,
)
from coachloop.core.scoring.judge.prompt import PROMPT_VERSION, VOTE_TEMPERATURE, Shot, Shots, ask, ask_again
from coachloop.core.scoring.judge.rehearsal import Rehearsal
from coachloop.core.scoring.judge.reply import READER_VERSION, read_reply
from coachloop.core.scoring.judge.shots import shot
from coachloop.core.scoring.judge.shown import Transcript
from coachloop.core.scoring.port import Finding, Question, Scorer


class JudgeScorer(Scorer):
    """Decides with a language model. Its version changes with the prompt, the reader, the model and its parameters."""

    name = "judge"
    reads_all = True  # and shows a model the masked words alone, by tokens

    def __init__(
        self, model: str, exchange: Exchange | Rehearsal, *, window_tokens: int = 8000, reviews: Reviews = NO_REVIEWS
    ) -> None:
        """Make a judge.

        Args:
            model: the model's name.
            exchange: leads its talks, or only counts what they would come to.
            window_tokens: the longest stretch of a conversation that one request holds.
            reviews: where examples come from, for templates that ask for some.
        """
        self.exchange = exchange
        self.version = _short(PROMPT_VERSION, READER_VERSION, model, str(VOTE_TEMPERATURE), str(window_tokens))
        self._window_tokens = window_tokens
        self._reviews = reviews
        self._chosen: dict[tuple[str, str, int], tuple[Reviewed, ...]] = {}

    def version_for(self, behaviour: Behaviour, template: str) -> str:
        """With examples from reviews, their choice is part of the version."""
        count = next((_count(m.options, "examples", 0) for m in behaviour.score_with if m.scorer == self.name), 0)
        if not count:
            return self.version
        chosen = self._reviews.of(behaviour, template, count + 1)
        self._chosen[template, behaviour.key, count] = (
            chosen  # what the version speaks of is what is shown, whatever comes in meanwhile
        )
        return _short(self.version, *(review.id for review in chosen))

    def score(self, questions: Sequence[Question]) -> list[Finding | None]:
        """One finding a question, in order; None where the model can't be asked now."""
        cases = [self._case(tuple(group)) for _, group in groupby(questions, key=lambda one: id(one.conversation))]
        talks = [(case.transcript.conversation.id, talk) for case in cases for talk in case.talks()]
        ended = iter(self.exchange.hold(talks))
        return [found for case in cases for found in case.findings(ended)]

    def _case(self, questions: tuple[Question, ...]) -> "Case":
        transcript = Transcript(questions[0].conversation)
        return Case(
            transcript=transcript,
            questions=questions,
            parts=tuple(parts(transcript, questions, self._window_tokens)),
            shots={question.behaviour.key: self._shots(question) for question in questions},
        )

    def _shots(self, question: Question) -> tuple[Shot, ...]:
        """As many examples as the template asks for; none from the conversation that is judged."""
        count = _count(question.options, "examples", 0)
        if not count:
            return ()
        key = question.template, question.behaviour.key, count
        if key not in self._chosen:
            self._chosen[key] = self._reviews.of(question.behaviour, question.template, count + 1)
        others = [review for review in self._chosen[key] if review.conversation.id != question.conversation.id][:count]
        return tuple(found for review in others if (found := shot(review, question.behaviour)) is not None)


@dataclass(frozen=True, slots=True)
class Case:
    """All that is asked about one conversation."""

    transcript: Transcript
    questions: tuple[Question, ...]
    parts: tuple[Part, ...]
    shots: Shots

    def _asks(self) -> Iterator[tuple[int, Part]]:
        """Each vote about each part; a later vote only about behaviours that have so many."""
        for vote in range(max(map(_votes, self.questions))):
            for part in self.parts:
                moments = {n: found for n, found in part.moments.items() if _votes(self.questions[n]) > vote}
                if moments:
                    yield vote, Part(part.lines, moments)

    def talks(self) -> Iterator[Talk]:
        """One talk for each of them."""
        return (self._talk(vote, part) for vote, part in self._asks())

    def _talk(self, vote: int, part: Part) -> Generator[ChatRequest, ChatReply, dict[int, Checked]]:
        """Ask; ask once more about what can't be used."""
        request = ask(self.transcript, self.questions, part, shots=self.shots, vote=vote)
        reply = yield request
        found = self._read(reply, part, part.moments)
        doubtful = [number for number, answer in found.items() if answer.doubt]
        if doubtful:
            doubts = {self._behaviour(number).key: found[number].doubt for number in doubtful}
            behaviours = [self._behaviour(number) for number in doubtful]
            again = yield ask_again(request, reply.text, doubts=doubts, behaviours=behaviours)
            found |= self._read(again, part, doubtful)
        return found

    def _behaviour(self, number: int) -> Behaviour:
        return self.questions[number].behaviour

    def _read(self, reply: ChatReply, part: Part, numbers: Mapping[int, object] | Sequence[int]) -> dict[int, Checked]:
        asked = sorted(numbers)
        answers = read_reply(reply.text, [self._behaviour(number) for number in asked])
        return {
            number: checked(answers.get(self._behaviour(number).key), self.transcript, part.moments[number])
            for number in asked
        }

    def findings(self, ended: Iterator[Ended]) -> list[Finding | None]:
        """What came of the talks, which are the next ones to have ended, in order."""
        votes: dict[int, dict[int, list[Checked]]] = {}
        postponed = False
        for (vote, part), end in zip(self._asks(), ended, strict=False):
            postponed |= isinstance(end.error, ModelUnavailableError)
            for number in part.moments:
                votes.setdefault(number, {}).setdefault(vote, []).append(_answer(end, number))
        return [
            None if postponed else self._finding(question, votes.get(number))
            for number, question in enumerate(self.questions)
        ]

    def _finding(self, question: Question, votes: Mapping[int, Sequence[Checked]] | None) -> Finding:
        if votes is None:
            return silent(question)
        return finding([fold_parts(answers, question) for answers in votes.values()], question)


def _answer(end: Ended, number: int) -> Checked:
    if isinstance(end.result, dict):
        return cast("Checked", end.result[number])
    return Checked(reason=f"the judge can't be asked: {end.error}", doubt=str(end.error))


def _votes(question: Question) -> int:
    return _count(question.options, "votes", 1)


def _count(options: Mapping[str, object], name: str, default: int) -> int:
    given = options.get(name)
    return given if isinstance(given, int) else default


def _short(*parts_of_it: str) -> str:
    return hashlib.sha256("\n".join(parts_of_it).encode()).hexdigest()[:8]
