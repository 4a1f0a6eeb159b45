"""What conversations say, in short."""

GREETS = "Thank you for calling Harbour Bank, this is Lea. How can I help you?"
WANTS = "Hi, I want to know why my card was declined. I tried it twice."


def said(conversation):
    """Who says what, and when."""
    return [(turn["speaker"], turn.get("start"), turn.get("end"), turn["text"]) for turn in conversation["turns"]]


def words(conversation):
    """The words of each turn with their times."""
    return [[(word["text"], word["start"]) for word in turn.get("words", ())] for turn in conversation["turns"]]
