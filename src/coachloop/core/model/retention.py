"""Kinds of data that a site keeps for as long as it says, and what each of them is."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is kept for so long."""

    RECORDINGS = "recordings"
    ORIGINALS = "originals"
    CONVERSATIONS = "conversations"
    JUDGE_REPLIES = "judge_replies"
    CLIPS = "clips"
    PRIVATE_NOTES = "private_notes"
    DRAFTS = "drafts"
    MESSAGES = "messages"
    UPLOADS = "uploads"
    EVENTS = "events"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a kind is kept.

    Attributes:
        title: What it is called.
        what: What goes, and what stays of it.
        counted_from: What its days are counted from.
        default: Days where nobody said otherwise; None: for good.
        least: The fewest days that can be said.
        because: Why no fewer.
        by_programme: Whether each programme may say for itself.
    """

    title: str
    what: str
    counted_from: str
    default: int | None
    least: int
    because: str
    by_programme: bool = True


KINDS: dict[Kind, Keeping] = {
    Kind.RECORDINGS: Keeping(
        "Recordings",
        "The sound of calls, what browsers play of it, and the sound of clips; the words stay.",
        "the call",
        None,
        7,
        "a challenge and an audit listen to the call",
    ),
    Kind.ORIGINALS: Keeping(
        "Words as they were said",
        "What is masked on every page, as it was said; afterwards scoring reads the masked words.",
        "the call",
        None,
        1,
        "scoring reads them once",
    ),
    Kind.CONVERSATIONS: Keeping(
        "Conversations",
        "Calls as a whole: words, sound, verdicts, people's answers, clips. Their counts stay in every rate.",
        "the call",
        None,
        30,
        "rates, drift and the five-day clock look at four weeks of calls",
    ),
    Kind.JUDGE_REPLIES: Keeping(
        "The judge's replies",
        "What language models answered; the same question is then paid for again.",
        "the answer",
        None,
        2,
        "the daily budget counts them",
    ),
    Kind.CLIPS: Keeping(
        "Clips",
        "Moments in the library, with who saw them; the call stays.",
        "its making",
        None,
        7,
        "they are shared by the week",
    ),
    Kind.PRIVATE_NOTES: Keeping(
        "Leaders' private notes",
        "The notes beside a session that only its leader reads; the agreement stays.",
        "the session",
        None,
        30,
        "the follow-up looks back on them",
    ),
    Kind.DRAFTS: Keeping(
        "Drafts",
        "What was typed for a session that was not held.",
        "the last change",
        None,
        14,
        "a session may be put off",
    ),
    Kind.MESSAGES: Keeping(
        "Words of messages",
        "What was sent by mail and the like; that it was sent stays.",
        "its writing",
        7,
        1,
        "unsent ones wait three days",
        by_programme=False,
    ),
    Kind.UPLOADS: Keeping(
        "Unfinished uploads",
        "Files that never came in whole.",
        "the beginning",
        2,
        1,
        "a broken line may come back tomorrow",
        by_programme=False,
    ),
    Kind.EVENTS: Keeping(
        "Events",
        "What other systems were told; no words of calls are in it.",
        "the event",
        30,
        1,
        "receivers read them again after a failure",
    ),
    Kind.AUDIT: Keeping(
        "Audit log",
        "Who did what. The seals stay, and the log says what was let go.",
        "the entry",
        None,
        365,
        "it has to answer for the last year; audits and challenges are worked out from it",
        by_programme=False,
    ),
}
"""All of them, in the order in which a page shows them."""
