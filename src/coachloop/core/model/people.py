"""Who works with coachloop."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is here to do; what they may see follows from it."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    EVALUATOR = "evaluator"
    QA_LEAD = "qa_lead"
    OPERATIONS = "operations"
    ADMIN = "admin"
