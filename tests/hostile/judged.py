"""The judge as it is, around a model that is a function: the real prompt, reader, checks and cascade, but no wire."""

from dataclasses import asdict

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.verdict import Verdict
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import ChatRequest
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner
from hostile.hosts import template
from hostile.models import Model
from servers.judging import Bench, ScriptedModel
from servers.scripted import Asked

WINDOW = 2000
"""Tokens that a request may hold of a conversation: little, so that long calls come in many parts."""


def judge_of(model: Model) -> JudgeScorer:
    """The judge with this model."""

    def script(request: ChatRequest) -> str | dict[str, object]:
        messages = [asdict(message) for message in request.messages]
        form = {"type": "json_schema", "json_schema": {"schema": request.schema}}
        return model(Asked({"messages": messages, "response_format": form}, {}))

    return Bench(ScriptedModel(script), window_tokens=WINDOW).judge


def scored(model: Model, *conversations: Conversation) -> list[dict[str, Verdict]]:
    """The verdicts on each conversation, by behaviour, of one run over all of them."""
    found = Runner(template(), {"phrases": PhraseScorer(), "judge": judge_of(model)}).score(conversations)
    assert all(verdicts is not None for verdicts in found)
    return [{verdict.behaviour: verdict for verdict in verdicts or ()} for verdicts in found]
