"""Which table holds what about whom, and what erasure makes of it. A test holds it against the tables; docs/privacy.md prints it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

GOES, STAYS, NOTHING = "deleted", "stays", "no part"


@dataclass(frozen=True, slots=True)
class Held:
    """One table.

    Attributes:
        what: What it says of people; empty where it says nothing of anybody.
        customer: What becomes of it when a customer is erased.
        agent: What becomes of it when an agent is.
        text: Its columns that can hold words, names or ids.
        sealed: Those of them that hold words of calls, or what people write about them and in coaching: encrypted where the site has a key.
    """

    what: str
    customer: str
    agent: str
    text: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()

    def with_sealed(self, *columns: str) -> "Held":
        """The same table, with these columns encrypted where the site has a key."""
        return replace(self, sealed=columns)


def _call(what: str, *text: str) -> Held:
    return Held(what, GOES, GOES, text)


def _none(*text: str) -> Held:
    return Held("", NOTHING, NOTHING, text)


def _own(what: str, agent: str, *text: str) -> Held:
    return Held(what, NOTHING, agent, text)


MAP: dict[str, Held] = {
    "Conversation": _call(
        "a call: its id, the customer's id, whose it was, its outcome", "key", "channel", "queue", "language", "direction", "call_type",
        "customer_key", "outcome",
    ),
    "Revision": _call("the words of a call, masked, with all that came with it", "content_hash", "document").with_sealed("document"),
    "Original": _call("the words as they were said", "document").with_sealed("document"),
    "Spoken": _call("the words to search by; the search index is rewritten without them", "words").with_sealed("words"),
    "Audio": _call(
        "a recording; its file and what browsers play of it go, unless another call has the same", "sha256", "suffix", "name", "codec",
        "notes", "reason", "transcriber", "copied",
    ),
    "AudioPart": _call("words of a recording that is being transcribed", "transcriber", "language", "words").with_sealed("words"),
    "Upload": Held("a file on its way in, by its name", GOES, "of their account: deleted", ("key", "name", "fields", "refused")),
    "Evaluation": _call("that a call is scored"),
    "Attempt": _call("one scoring of a call"),
    "Verdict": _call("what was found, with quotes", "decided_by", "reason", "evidence", "missed").with_sealed("reason", "evidence", "missed"),
    "Review": Held(
        "people's answers about a call, with quotes and notes", GOES, "about their calls: deleted; given by them: their name goes",
        ("outcome", "reviewer_name", "turns", "quotes", "note", "fingerprint"),
    ).with_sealed("quotes", "note"),
    "JudgeReply": _call("what a language model answered about a call", "digest", "model", "body").with_sealed("body"),
    "LearnedModel": Held(
        "what was learned from calls: hashes of words, vectors", "deleted and trained anew, where it may have learned from them",
        "the same", ("encoder", "metrics", "data", "digest"),
    ),
    "TrainingCase": _call("that a model learned from a call", "human", "outcome"),
    "Clip": _call("a moment of a call, with a title; the cut sound goes", "title", "why_good").with_sealed("title", "why_good"),
    "ClipShare": Held("with whom a clip is shared", "with the clip", GOES),
    "ClipView": Held("who saw a clip", "with the clip", GOES),
    "Assignment": _call("that somebody is asked about a call, and what they have said so far", "asked", "answers", "passed_on_because").with_sealed("answers"),
    "RoomDecision": _call("what a room agreed on about a call", "outcome", "why").with_sealed("why"),
    "Dispute": Held(
        "an agent's challenge in their words, and the decision", GOES, GOES, ("outcome", "words", "reason", "decided_by_name")
    ).with_sealed("words", "reason"),
    "SessionRecording": Held("that a session was handed in to be scored", NOTHING, "its words: deleted; that it was: stays"),
    "MatrixDay": Held("one day's calls as numbers", "deleted, made anew", "deleted, made anew", ("packed",)),
    "Figures": Held("figures of the day, by agent where they are about agents", "deleted, made anew", "deleted, made anew", ("kind", "data")),
    "AgentDay": Held("how often an agent did what: numbers", STAYS, "stays, as nobody's", ("queue", "direction")),
    "PastCount": Held("what deleted calls added to these numbers", STAYS, "stays, as nobody's", ("queue", "direction")),
    "PackedDay": Held("the same numbers of a day, packed", STAYS, "stays, as nobody's", ("mixes", "packed")),
    "DirtyDay": Held("that an agent's day is to be counted anew", STAYS, "stays, as nobody's"),
    "AuditDraw": Held(
        "the calls that an audit could draw, by id, with the agent", "stays: the ids of calls alone", "the agent's id is replaced",
        ("seed", "frame", "sha256"),
    ),
    "AuditEntry": Held(
        "who did what and when, with ids of calls and agents", "stays: ids of calls alone",
        "about them: deleted, and the log says so; by them: their name goes", ("actor_name", "action", "subject", "detail", "once"),
    ),
    "AuditSeal": Held("hashes of the log's entries", STAYS, STAYS, ("sha256",)),
    "Event": Held("what other systems are told, by ids", GOES, GOES, ("kind", "subject", "data")),
    "Delivery": Held("that an event was delivered", "with the event", "with the event", ("problem",)),
    "Answered": Held("what the API answered, for a day", "words deleted, all", "words deleted, all", ("key", "request", "body")).with_sealed("body"),
    "Message": Held(
        "what was sent to people", "sent ones are emptied, all of them", "to them: deleted; naming them: emptied",
        ("kind", "about", "way", "subject", "text", "html", "calendar", "problem"),
    ).with_sealed("text", "html", "calendar"),
    "Agent": _own("who an agent is", "becomes “Erased agent”, with another id", "key", "name"),
    "AgentAlias": _own("another id of an agent", GOES, "key"),
    "Membership": _own("in which team an agent was", GOES),
    "Absence": _own("when an agent is away", GOES),
    "User": _own("who signs in", "becomes “Erased person”; nobody signs in by it", "password", "email", "name", "external_id"),
    "Grant": _own("who holds which role", GOES),
    "Provisioned": _own("somebody as the company's directory describes them", GOES, "user_name", "described"),
    "ApiToken": _own("a key for programs", GOES, "name", "digest", "hint", "scopes"),
    "CalendarLink": _own("somebody's calendar", GOES, "token_hash", "busy_address", "problem"),
    "BusyTime": _own("when somebody has something else", GOES),
    "LeaderAbsence": _own("when a leader is away", GOES),
    "StandIn": _own("who leads in whose place", GOES),
    "ReportChoice": _own("what somebody wants to be told", GOES, "ways"),
    "Focus": Held(
        "what an agent works on, and why", "its example goes; what the leader wrote stays", "words replaced",
        ("reason", "leaders_account", "chosen_because"),
    ).with_sealed("reason", "leaders_account", "chosen_because"),
    "Suggested": _own("that a gap was suggested: dates", "stays, as nobody's"),
    "Proposal": _own("advice about an agent", GOES, "why", "proposed_by_name", "declined_because", "answered_by_name").with_sealed("why", "declined_because"),
    "Goal": _own("an agent's own goal", GOES, "words").with_sealed("words"),
    "GoalStep": _own("a step towards it", GOES, "words").with_sealed("words"),
    "Session": _own(
        "a coaching conversation: what was agreed, in both's words", "words replaced; that it was held stays", "leader_name", "goal",
        "own_words", "action", "how_reviewed", "shared_notes", "private_notes", "questions", "contest_words",
    ).with_sealed("goal", "own_words", "action", "how_reviewed", "shared_notes", "private_notes", "questions", "contest_words"),
    "SessionDraft": _own("what a leader has typed so far", GOES, "fields").with_sealed("fields"),
    "FollowUp": _own("what came of it", "the note is replaced; answers stay, as nobody's", "did_happen", "did_work", "next_step", "note", "numbers").with_sealed("note"),
    "SessionEffect": _own("what a session moved: numbers", "stays, as nobody's", "verdict", "why"),
    "CoachingRequest": _own("that an agent asks for coaching, in their words", GOES, "words").with_sealed("words"),
    "DriftAlert": _own("that an agent's rate went down: numbers", "stays, as nobody's"),
    "Attendance": _own("that an agent came to a huddle", "stays, as nobody's"),
    "Gathering": _own("a huddle, with a note", "the note of one that they came to is replaced", "led_by_name", "note").with_sealed("note"),
    "Erasure": Held("that somebody was erased: a keyed digest", STAYS, STAYS, ("digest", "left", "certificate")),
    "DataKey": _none("name", "wrapped", "wrapped_by"),
    "Retention": _none("kind"),
    "Site": _none("name", "timezone", "country", "subdivision", "working_days"),
    "SiteClosure": _none("name"),
    "Programme": _none("key", "name"),
    "Team": _none("key", "name"),
    "DirectoryGroup": _none("name", "external_id"),
    "Allowance": _none("name"),
    "EventCount": _none(),
    "Webhook": _none("url", "secret", "kinds", "old_secret"),
    "Slot": _none("ended_because"),
    "SlotMove": _none("reason"),
    "Template": _none("key", "title"),
    "TemplateVersion": Held("the centre's own text; examples that somebody copied from a call", "change it by hand", "change it by hand", ("text", "sha256")),
    "Behaviour": _none("key", "title", "good", "why"),
    "Scoring": _none("scorers", "digest"),
    "DriftBudget": _none(),
    "Valuation": _none("outcome"),
    "ImpactRun": _none("outcome", "adjusted"),
    "ImpactEstimate": _none(),
    "RollOut": _none(),
    "Room": _none("title", "seed"),
    "RoomWording": _none("question", "good"),
}  # fmt: skip
"""Every table of ours."""

ELSEWHERE: dict[str, str] = {
    "auth": "nothing of anybody",
    "contenttypes": "nothing of anybody",
    "sessions": "who is signed in: an agent's are deleted",
    "django_ox": "numbers of rows that are worked on; forgotten a day after",
    "account": "addresses of accounts: an agent's are deleted",
    "mfa": "second factors of accounts: an agent's are deleted",
    "usersessions": "where somebody is signed in: an agent's are deleted",
    "socialaccount": "accounts at a provider: an agent's are deleted",
    "axes": "wrong passwords, by e-mail and address: an agent's are deleted",
    "oauth2_provider": "programs that act for somebody: an agent's are deleted",
}
"""Tables of libraries, by the app that brings them."""

FILES: dict[str, tuple[str, str]] = {
    "the database and its journal": (
        "all of the above",
        "what is deleted is overwritten; PostgreSQL: its room is freed by VACUUM",
    ),
    "`media/audio`, `media/browser`, `media/clips`": (
        "the sound of calls",
        "deleted with its row, unless another call has the same",
    ),
    "`media/uploads`": ("files on their way in", "deleted with their row, else after two days"),
    "`cache/embeddings`": (
        "vectors of sentences, by a hash of the words",
        "deleted as a whole, made anew when it is needed",
    ),
    "`cache/media`": ("sound that lies in a bucket, for an hour", "deleted by the hour"),
    "`erasures.jsonl`": ("who was erased, by a keyed digest", "stays: it is replayed after a restore"),
    "backups": ("a copy of it all", "go by their own age; `coachloop privacy replay` after a restore"),
    "exports, mails and webhooks that were sent": ("what somebody took along", "are with whoever took them"),
}
"""What lies beside the tables."""


def markdown() -> Iterator[str]:
    """The map as docs/privacy.md prints it."""
    yield "| table | what it says of people | a customer is erased | an agent is erased |"
    yield "|---|---|---|---|"
    for name, held in MAP.items():
        if held.what:
            yield f"| {name} | {held.what} | {held.customer} | {held.agent} |"
    yield ""
    silent = ", ".join(name for name, held in MAP.items() if not held.what)
    yield f"Tables that say nothing of anybody: {silent}."
    yield ""
    sealed = ", ".join(f"{name} ({', '.join(held.sealed)})" for name, held in MAP.items() if held.sealed)
    yield f"Encrypted where the site has a key: {sealed}."
    yield ""
    yield "| tables of libraries | what they say |"
    yield "|---|---|"
    yield from (f"| {app} | {what} |" for app, what in ELSEWHERE.items())
    yield ""
    yield "| files | what is in them | when somebody is erased |"
    yield "|---|---|---|"
    yield from (f"| {where} | {what} | {then} |" for where, (what, then) in FILES.items())
