"""What agents said they would try, after past sessions."""

from coachloop.simulation.grammar import Pool

ACTIONS = {
    "uses_name": Pool(
        "[I'll|I will] [check the name before I dial|write the name on my pad] and [say it in the first sentence|use it when they pick up].",
        "[Say|Use] the customer's name [straight after hello|before my own], [on every call this week|ten calls a day].",
    ),
    "states_purpose": Pool(
        "[I'll|I will] [say what they asked for|tell them why it's me ringing] [before anything else|in my second sentence].",
        "[Open with|Start from] their own request, [then ask if it's a good time|no small talk first].",
    ),
    "positive_reason": Pool(
        "[I'll|I will] have [one good thing|something in it for them] [ready before I dial|on a sticky note] and [say it early|lead with it].",
        "[Look up|Find] [one recent sale|something new] near them [before each call|every morning], and [mention it first|use it].",
    ),
    "pain_mirror": Pool(
        "[I'll|I will] [say their problem back|repeat what's bothering them] [before my next question|in their words].",
    ),
    "why_after_budget": Pool("When they give me a number I'll ask [what's behind it|why that one] [before I type it|first]."),
    "open_questions": Pool(
        "[Two|At least two] questions [that can't be answered with yes or no|starting with what or how] [before the form|on each call].",
    ),
    "pricing_pivot": Pool(
        "[When they ask what it costs|If the fee comes up] [I'll|I will] [say what they get|give the example of {0}] first.".replace("{0}", "the last sale"),
        "[I'll|I will] [learn three results by heart|keep the results sheet open] and [use one before the fee|answer with one].",
    ),
    "assumptive_close": Pool(
        "[I'll|I will] [offer two times|give two slots] instead of [asking if they'd like one|leaving it open].",
        "[Have|Keep] the diary open and [name two slots|end every call with a day and a time].",
    ),
}  # fmt: skip
