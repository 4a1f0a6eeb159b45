"""What there is to learn from: people's answers, the words they are about, and calls without labels."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet

from coachloop.app import mapping
from coachloop.app.models import Conversation, Review, Revision
from coachloop.app.queries import viewing
from coachloop.app.queries.templates import Published
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model import template as core
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.conversation import Conversation as Words
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.training import METHOD, Answer, Labelled

BACKGROUND = 1000
"""The most calls without labels that a model gets to know the centre's language from."""

_FOR_PEOPLE = frozenset({"title", "why", "target", "weight", "critical"})


@dataclass(slots=True)
class Material:
    """Labelled calls with their ids and content hashes by key, calls without labels, and what was left out.

    `audits` counts answers kept back to measure the models with, `wordless` those about calls without a transcript or of
    another kind than the template's; both by behaviour.
    """

    labelled: list[Labelled] = field(default_factory=list)
    background: list[Words] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    audits: Counter[str] = field(default_factory=Counter)
    wordless: Counter[str] = field(default_factory=Counter)


type Answers = dict[int, dict[str, Review]]
"""The answer that counts, by conversation and behaviour key."""


def material(viewer: Viewer, published: Published, behaviours: Mapping[int, str]) -> Material:
    """Everything to train a template's behaviours with; calls that were audited are no background either.

    Args:
        viewer: who trains; only calls they may see.
        published: the template.
        behaviours: the keys to learn, by id.
    """
    found = Material()
    calls = viewing.conversations(viewer).filter(published.fitting(), turn_count__gt=0)
    answers = _answers(behaviours, found)
    labelled = calls.filter(id__in=answers).select_related("agent").order_by("key")
    words = _words(labelled)
    for call in labelled:
        if call.pk in words:
            _take(found, call, words[call.pk], about=answers.pop(call.pk))
    for about in answers.values():
        found.wordless.update(about.keys())
    found.background = list(_background(calls.exclude(reviews__behaviour__in=behaviours)))
    return found


def may_have_been_background(conversations: Collection[int], template: int, *, at: datetime) -> bool:
    """Whether one of these was among the newest calls without labels when a model of the template was trained: rather too often than too seldom."""
    calls = Conversation.objects.filter(evaluations__template=template, landed_at__lte=at)
    wanted = calls.filter(pk__in=list(conversations)).order_by("-started_at").first()
    if wanted is None:
        return False
    newer = calls.exclude(reviews__behaviour__template=template)
    newer = newer.filter(started_at__gt=wanted.started_at) if wanted.started_at else newer
    return newer.count() < BACKGROUND


def _background(calls: QuerySet[Conversation]) -> Iterator[Words]:
    """What is said in the newest of these calls."""
    newest = calls.order_by(*viewing.NEWEST_CALLS).values_list("id", flat=True)[:BACKGROUND]
    words = _words(Conversation.objects.filter(id__in=list(newest)))
    return (mapping.conversation(words[pk].document) for pk in sorted(words))


def _answers(behaviours: Mapping[int, str], found: Material) -> Answers:
    """The most considered answer to each question; one that was ever audited is kept back, to measure with."""
    reviews = Review.objects.filter(behaviour__in=behaviours).order_by("rank", "-reviewed_at", "-id")
    audited = set(reviews.filter(sampling_probability__isnull=False).values_list("conversation_id", "behaviour_id"))
    found.audits.update(behaviours[behaviour] for _, behaviour in audited)
    answers: Answers = {}
    for review in reviews:
        if (review.conversation_id, review.behaviour_id) not in audited:
            answers.setdefault(review.conversation_id, {}).setdefault(behaviours[review.behaviour_id], review)
    return answers


def _words(calls: QuerySet[Conversation]) -> dict[int, Revision]:
    """The current words, by conversation."""
    rows = Revision.objects.filter(conversation__in=calls, number=F("conversation__revision"))
    return {row.conversation_id: row for row in rows}


def _take(found: Material, call: Conversation, words: Revision, *, about: Mapping[str, Review]) -> None:
    found.ids[call.key], found.hashes[call.key] = call.pk, words.content_hash
    said = mapping.conversation(words.document)
    answers = {
        key: Answer(Outcome(review.outcome), tuple(_turns(review, words, said))) for key, review in about.items()
    }
    found.labelled.append(Labelled(said, _group(call), answers))


def _group(call: Conversation) -> str:
    """Whose call it is; without an agent the customer's, and without either its own."""
    if call.agent:
        return f"agent {call.agent.key}"
    return f"customer {call.customer_key}" if call.customer_key else f"conversation {call.key}"


def _turns(review: Review, words: Revision, said: Words) -> Iterator[int]:
    """The turns that a label points to, unless its words have been replaced since: they may be others now."""
    if words.number == 1 or words.stored_at <= review.reviewed_at:
        yield from sorted({turn for turn in review.turns if turn < len(said.turns)})


def digest(behaviour: core.Behaviour, known: Material, encoder: str) -> str:
    """What a model is learned from, as a hash: the definition, the answers, the words they are about, the encoder and the method.

    Calls without labels are left out: new ones arrive all the time, and are no reason to learn anew.
    """
    definition = {name: value for name, value in asdict(behaviour).items() if name not in _FOR_PEOPLE}
    answers = [
        [known.hashes[one.conversation.id], one.group, answer.outcome, answer.turns]
        for one in known.labelled
        if (answer := one.answers.get(behaviour.key))
    ]
    text = json.dumps([definition, answers, encoder, METHOD], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def labels_so_far(published: Published) -> Counter[str]:
    """How many answers there are to learn from, by behaviour key; audits are kept back."""
    about = Review.objects.filter(
        published.fitting("conversation__"),
        behaviour__template_id=published.template_id,
        conversation__turn_count__gt=0,
    ).exclude(conversation__channel=COACHING)
    pairs = about.values_list("conversation_id", "behaviour__key")
    audited = pairs.filter(sampling_probability__isnull=False)
    return Counter(key for _, key in set(pairs) - set(audited))
