"""A contact centre that never was, with its truth: property leads, tenants' calls, and the people who take them.

The language of its calls is written here from scratch and knows nothing of any template's phrases.
"""

from coachloop.simulation.files import Calls, CentreFiles, write_centre, write_plan
from coachloop.simulation.judge import JUDGE, Accuracy
from coachloop.simulation.people import Agent, Leader
from coachloop.simulation.plan import BEHAVIOURS, Behaviour, Coaching, Move, Plan, Slide, simulate_plan

__all__ = [
    "BEHAVIOURS",
    "JUDGE",
    "Accuracy",
    "Agent",
    "Behaviour",
    "Calls",
    "CentreFiles",
    "Coaching",
    "Leader",
    "Move",
    "Plan",
    "Slide",
    "simulate_plan",
    "write_centre",
    "write_plan",
]
