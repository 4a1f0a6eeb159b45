"""vCons, the conversation containers of the IETF (draft-ietf-vcon-vcon-core, 0.0.1 to 0.4.0): unsigned, or signed with a given key.

What is said comes from the transcripts among the analyses, and from dialogs of text; where there is neither, from the recording.
A vCon that `export` wrote holds the conversation as it was, and gives it back.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from coachloop.adapters.outside import AddressRefusedError
from coachloop.adapters.readers.said import Said, Transcript, in_order, offset
from coachloop.adapters.readers.vcon_analysis import TYPES, transcript
from coachloop.adapters.readers.vcon_content import Content, Trust, recording, value
from coachloop.adapters.readers.vcon_parts import Dialog, Vcon, labels, people, plain_text
from coachloop.adapters.readers.vcon_signed import is_encrypted, is_signed, opened
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.wire import BadLineError, checked

PURPOSE = "coachloop conversation"
"""Of the attachment in which `export` keeps a conversation's fields."""

TURNS = "coachloop turns"
"""The schema of the analysis in which `export` keeps a call's turns."""

MOST_KEPT = 100_000
"""Characters of an attachment or analysis that is kept whole with the conversation."""

MOST_WRITTEN = 5_000_000
"""Characters of one text, with the pictures that mail has inside it."""

LONGEST = 1e7
"""Seconds that a conversation may take."""


def is_it(data: dict[str, Any]) -> bool:
    """Whether it looks like a vCon in any of its forms."""
    unsigned = "vcon" in data or ("uuid" in data and ("dialog" in data or "parties" in data))
    return unsigned or is_signed(data) or is_encrypted(data)


def read(data: dict[str, Any], trust: Trust) -> Transcript:
    """The conversation.

    Raises:
        BadLineError: encrypted, not signed with the key, of a kind that is not known, changed since, or with nothing said in it.
    """
    plain = opened(data, trust.key)
    vcon = checked(Vcon, plain)
    vcon.must_be_understood()
    return _own(vcon, trust) or _Reading(vcon, plain, trust).transcript()


def _own(vcon: Vcon, trust: Trust) -> Transcript | None:
    """The conversation as `export` wrote it; None where somebody else made the vCon, or changed it."""
    kept = _body(vcon.attachments, trust, lambda part: part.purpose == PURPOSE)
    fields = kept.get("conversation")
    if not isinstance(fields, dict):
        return None
    spoken = _body(vcon.analysis, trust, lambda part: part.form == TURNS)
    if "turns" in spoken:
        return Transcript(exact=fields | {"turns": spoken["turns"]})
    written = [part.body for part in vcon.dialog if part.type == "text"]
    rest = kept.get("turns")
    if rest is None:
        return None if written else Transcript(exact=fields)
    if not isinstance(rest, list) or len(rest) != len(written) or not all(isinstance(turn, dict) for turn in rest):
        return None
    turns = [turn | {"text": text} for turn, text in zip(rest, written, strict=True)]
    return Transcript(exact=fields | {"turns": turns})


def _body[P: Content](parts: Iterable[P], trust: Trust, is_it: Callable[[P], bool]) -> dict[str, Any]:
    """The object that the first such part holds; empty where there is none."""
    found = next((value(part, trust) for part in parts if is_it(part) and part.is_there), None)
    return found if isinstance(found, dict) else {}


class _Reading:
    """One vCon of somebody else's."""

    def __init__(self, vcon: Vcon, data: dict[str, Any], trust: Trust) -> None:
        self.vcon, self.data, self.trust = vcon, data, trust
        self.labels = labels(vcon.parties)
        self.began = min((began for dialog in vcon.dialog if (began := dialog.began)), default=None)

    def transcript(self) -> Transcript:
        found = list(self._transcripts())
        said = in_order([*self._written(), *(piece for one in found for piece in one.said)])
        sides = zip(self.labels, (party.side for party in self.vcon.parties), strict=True)
        fields = dict(people(self.vcon.parties)) | {
            "id": self.vcon.uuid,
            "channel": self._channel(),
            "queue": next((dialog.skill for dialog in self.vcon.dialog if dialog.skill), None),
            "direction": self._direction(),
            "started_at": self.began.isoformat() if self.began else None,
            "language": next((one.fields["language"] for one in found if one.fields.get("language")), None),
            "subject": self.vcon.subject,
            "vcon": self._kept(),
        }
        named = {label: side for label, side in sides if side}
        by_channel = len(found) == 1 and found[0].by_channel
        return Transcript(said, fields, named, by_channel, self._audio(needed=not said))

    def _since(self, dialog: Dialog | None) -> float:
        """Seconds from the first piece of the conversation to this one."""
        began = dialog.began if dialog else None
        return min((began - self.began).total_seconds(), LONGEST) if began and self.began else 0.0

    def _label(self, party: int | None) -> str:
        return self.labels[party] if party is not None and 0 <= party < len(self.labels) else ""

    def _written(self) -> Iterator[Said]:
        for dialog in self.vcon.dialog:
            if dialog.is_text:
                text = value(dialog, self.trust)
                if not isinstance(text, str):
                    text = json.dumps(text, ensure_ascii=False)
                if len(text) > MOST_WRITTEN:
                    raise BadLineError(f"holds a text of {len(text):,} characters; at most {MOST_WRITTEN:,} are read")
                start = self._since(dialog) if dialog.began else None
                end = None if start is None or dialog.duration is None else start + dialog.duration
                yield Said(self._label(dialog.first_party), plain_text(dialog, text), start, end)

    def _transcripts(self) -> Iterator[Transcript]:
        """The first transcript of each dialog; a second one, by somebody else, says the same."""
        done: set[int] = set()
        several = len([part for part in self.vcon.analysis if part.type in TYPES]) > 1
        for part in self.vcon.analysis:
            if part.type not in TYPES or not part.is_there or done & set(part.dialogs):
                continue
            done |= set(part.dialogs)
            first = part.dialogs[0]
            dialog = self.vcon.dialog[first] if 0 <= first < len(self.vcon.dialog) else None
            if dialog is None or not dialog.is_text:
                yield self._placed(transcript(value(part, self.trust)), dialog, f"{first}: " if several else "")

    def _placed(self, found: Transcript, dialog: Dialog | None, prefix: str) -> Transcript:
        """With the names of the parties where they can be told, and the times of the whole conversation."""
        known = {label.casefold(): label for label in self.labels}
        channels = found.by_channel and dialog is not None

        def label(given: str) -> str:
            party = dialog.channel_party(int(given)) if channels and dialog and given.isdecimal() else None
            return self._label(party) or known.get(given.casefold()) or (prefix + given if given else "")

        said = [Said(label(one.label), one.text, one.start, one.end, one.words) for one in found.said]
        return Transcript(offset(said, self._since(dialog)), found.fields, by_channel=found.by_channel)

    def _channel(self) -> str | None:
        written = [dialog for dialog in self.vcon.dialog if dialog.is_text]
        if any(dialog.is_recording or dialog.type == "recording" for dialog in self.vcon.dialog) or not written:
            return "voice"
        mail = any(dialog.kind.startswith(("multipart/", "message/")) for dialog in written)
        addresses = all(party.mailto and not party.tel for party in self.vcon.parties) and self.vcon.parties
        told = next((dialog.application.lower() for dialog in written if dialog.application), None)
        return told if told in {"email", "sms", "chat"} else "email" if mail or addresses else "chat"

    def _direction(self) -> str | None:
        first = next((dialog.first_party for dialog in self.vcon.dialog if dialog.first_party is not None), None)
        side = self.vcon.parties[first].side if first is not None and 0 <= first < len(self.vcon.parties) else None
        return {Speaker.AGENT: "outbound", Speaker.CUSTOMER: "inbound"}.get(side) if side else None

    def _audio(self, *, needed: bool) -> Path | None:
        """The recording's file; without words it has to be there, and to be one."""
        found = [dialog for dialog in self.vcon.dialog if dialog.is_recording]
        if len(found) == 1 and self.trust.media and (needed or self._may_be_asked(found[0])):
            return recording(found[0], self.trust, self.trust.media)
        if needed:
            raise BadLineError(self._why_not(len(found)))
        return None

    def _may_be_asked(self, part: Content) -> bool:
        """Whether a recording can be had that could be done without."""
        if part.body not in (None, ""):
            return True
        try:
            return self.trust.outside is not None and bool(self.trust.outside.check(part.url or ""))
        except AddressRefusedError:
            return False

    def _why_not(self, recordings: int) -> str:
        if recordings > 1:
            return f"holds {recordings} recordings and no transcript; join them into one, or add their transcript"
        if recordings:
            return "holds a recording alone, and recordings are not taken here; add its transcript"
        ended = next((dialog.disposition for dialog in self.vcon.dialog if dialog.disposition), None)
        why = f": {ended!r:.40}" if ended else ": neither a text, nor a transcript, nor a recording"
        return f"holds no conversation{why}"

    def _kept(self) -> dict[str, Any]:
        """What else it holds, for the export; large bodies are left."""
        kept = {
            name: self.data[name] for name in self.data if name not in {"dialog", "analysis", "attachments", "uuid"}
        }
        for name in ("analysis", "attachments"):
            parts = [
                part for part in self.data.get(name) or () if isinstance(part, dict) and part.get("type") not in TYPES
            ]
            kept |= {name: [_small(part) for part in parts]} if parts else {}
        kept.pop("subject", None)
        return kept


def _small(part: dict[str, Any]) -> dict[str, Any]:
    large = len(json.dumps(part.get("body"), ensure_ascii=False)) > MOST_KEPT
    return {name: part[name] for name in part if name != "body"} if large else part
