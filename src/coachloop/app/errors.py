"""Refusals that a user can act on: each says what is wrong and the way out."""


class RefusedError(Exception):
    """The request can't be carried out as it stands; the message is for the person who made it."""


class NotYoursError(Exception):
    """Somebody else owns this: no other input would help, so it is no refusal to show beside a form."""


class NoExampleError(RefusedError):
    """There is nothing the agent can hear or read."""


class LacksAgreementError(RefusedError):
    """A session has no whole agreement yet."""


class AlreadyOpenError(RefusedError):
    """The agent already works on one behaviour."""


class UnknownNameError(RefusedError):
    """A key names nothing here, or more than one thing."""


class TakenError(RefusedError):
    """A key belongs to another programme; nothing else is told of what it names."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"the {what} id {key!r} is taken; choose another one")


class TemplateRefusedError(RefusedError):
    """A template's text can't be used; the message lists every mistake with its place."""


class WrongStateError(RefusedError):
    """Too late or too early: somebody was faster, or a step comes first."""


class NewerWordsError(WrongStateError):
    """Somebody, in another window or on another device, wrote later: nothing is written over without asking."""
