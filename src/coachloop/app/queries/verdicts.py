"""Verdicts as they stand: the current attempt's, with the most considered human answer before the machine's."""

from typing import TYPE_CHECKING, TypedDict

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from coachloop.app.models import Review, Verdict

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

CONVERSATION = "attempt__current_for__conversation"
"""From a current verdict to its conversation, by the join that also makes sure it is current."""

EVALUATED = "attempt__evaluation__conversation"
"""From any verdict, current or not, to its conversation; what `verdict.attempt.evaluation.conversation` reads."""


class Effective(TypedDict):
    """What `effective_verdicts` adds: the human answer, empty where there is none, and the outcome that counts."""

    human: str | None
    effective: str


def current_verdicts() -> QuerySet[Verdict]:
    """The machine's verdicts that count: one a conversation and behaviour, about its words as they stand now.

    Verdicts about words that have been replaced count no more; those of another tool (revision 0) are about no words.
    """
    of_these_words = Q(attempt__revision=0) | Q(attempt__revision=F(f"{CONVERSATION}__revision"))
    return Verdict.objects.filter(of_these_words, attempt__current_for__isnull=False)


def effective_verdicts() -> "QuerySet[WithAnnotations[Verdict, Effective]]":
    """The same, annotated with `effective`: dispute, calibration, adjudication, latest review or label, else the machine."""
    best = Review.objects.filter(conversation=OuterRef(CONVERSATION), behaviour=OuterRef("behaviour"))
    answer = best.order_by("rank", "-reviewed_at", "-id").values("outcome")[:1]
    return current_verdicts().annotate(
        human=Subquery(answer, output_field=CharField(null=True)),
        effective=Coalesce(F("human"), F("outcome"), output_field=CharField()),
    )
