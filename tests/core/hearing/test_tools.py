from coachloop.core.hearing.heard import Separated
from coachloop.core.hearing.tools import Tools


def test_whoever_says_nothing_of_the_centre_has_the_agent_on_the_left_and_no_language():
    def read(path, *, start, end):  # noqa: ARG001 -- as the port has it
        return None

    def copy(path, to, *, muted):  # noqa: ARG001 -- as the port has it
        return None

    tools = Tools(None, separate=lambda *_: Separated(((), ()), 1.0), read=read, copy=copy)
    assert (tools.agent_channel, tools.language, tools.hotwords) == (0, "", ())
