"""A conversation as it is being held: who says what, when, over whom, and what that shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coachloop.simulation.grammar import Pool
from coachloop.simulation.voice import lowered

if TYPE_CHECKING:
    from coachloop.simulation.dice import Dice
    from coachloop.simulation.voice import Voice

AGENT, CUSTOMER = "agent", "customer"
_LISTENING = Pool("[Mm-hm|Yeah|Right|Mm|Okay|Uh-huh|Sure|Yep|I see].")
_BREAKS_IN = Pool(
    "[Sorry|Hang on|Sorry, sorry], [can I just stop you|the line's a bit bad|there's a lorry going past|say that again]?",
    "[Hold on|Sorry, one sec]... [someone at the door|the kids, sorry|it's only the dog]. [Go on.|Carry on.|]",
    "[Sorry, I'm|I'm] [talking over you|interrupting], [go on|you go].",
)
_PICKS_UP = Pool(
    "[No, you're all right|No worries|That's okay|No problem], [I was just saying|what I was saying was|as I was saying],",
    "[Can you hear me|Is that better|Sure]? [So|I said|Yeah, so],",
)


@dataclass(slots=True)
class Turn:
    """Something said in one go, and the behaviours that it shows."""

    speaker: str
    start: float
    end: float
    text: str
    shows: set[str] = field(default_factory=set)


class Talk:
    """Builds the turns; pieces that one speaker says in a row become one turn, mostly."""

    def __init__(self, dice: Dice, *, agent: Voice, customer: Voice) -> None:
        self.turns: list[Turn] = []
        self._dice = dice
        self._voices = {AGENT: agent, CUSTOMER: customer}
        self._pause = 0.0
        self._fresh = True

    @property
    def clock(self) -> float:
        """Seconds from the start to the end of what has been said."""
        return self.turns[-1].end if self.turns else 0.0

    def pause(self, seconds: float) -> None:
        """Silence before whatever is said next, which begins a new turn."""
        self._pause = seconds
        self._fresh = True

    def say(self, speaker: str, text: str, *shows: str) -> None:
        """Adds what somebody says; nothing, where the text is empty."""
        if not text:
            return
        voice = self._voices[speaker]
        words = voice.spoken(text, self._dice)
        took = (words.count(" ") + 1) / voice.pace * self._dice.between(0.9, 1.15)
        last = self.turns[-1] if self.turns else None
        if last and last.speaker == speaker and not self._fresh and (last.text[-1] == "," or self._dice.chance(0.93)):
            last.text += " " + (lowered(words) if last.text[-1] == "," else words)
            last.end = round(last.end + took, 2)
            last.shows.update(shows)
        else:
            start = self._start()
            self.turns.append(Turn(speaker, start, round(start + took, 2), words, set(shows)))
        self._fresh = False

    def _start(self) -> float:
        """When the next turn begins: after a breath, or now and then before the last one has ended."""
        if not self.turns:
            return round(self._dice.between(0.0, 1.2), 2)
        last, dice = self.turns[-1], self._dice
        pause, self._pause = self._pause, 0.0
        if not pause and dice.chance(0.09):
            over = min(dice.between(0.15, 1.1), 0.6 * (last.end - last.start))
            return round(last.end - over, 2)
        return round(last.end + pause + dice.between(0.1, 0.4) + dice.unit() ** 3 * 1.6, 2)

    def tell(self, text: str) -> None:
        """The agent says something that shows nothing in particular and that the customer may speak over."""
        words = text.split(" ")
        if len(words) > 12 and self._dice.chance(0.16):
            cut = 5 + self._dice.below(len(words) - 9)
            self.say(AGENT, " ".join(words[:cut]).rstrip(",.?") + " -")
            self._over(_BREAKS_IN)
            self.say(AGENT, _PICKS_UP.say(self._dice, {}))
            self.say(AGENT, text)
        elif len(words) > 10 and self._dice.chance(0.15):
            self.say(AGENT, text)
            self._over(_LISTENING)
            self._fresh = True
        else:
            self.say(AGENT, text)

    def _over(self, pool: Pool) -> None:
        """The customer speaks while the agent does."""
        from_agent = self.turns[-1]
        self.say(CUSTOMER, pool.say(self._dice, {}))
        turn = self.turns[-1]
        earlier = self._dice.between(0.3, 0.8) * (from_agent.end - from_agent.start)
        start = round(max(from_agent.start + 0.1, from_agent.end - earlier), 2)
        turn.start, turn.end = start, round(start + turn.end - turn.start, 2)
