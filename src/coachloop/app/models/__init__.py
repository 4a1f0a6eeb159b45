"""Tables and their constraints."""

from coachloop.app.models.audit import AuditEntry
from coachloop.app.models.coaching import Focus, FollowUp, Session
from coachloop.app.models.conversations import Conversation, Revision
from coachloop.app.models.judging import JudgeReply
from coachloop.app.models.learned import LearnedModel, TrainingCase
from coachloop.app.models.people import Absence, Agent, Grant, Site, SiteClosure, Team, User
from coachloop.app.models.rollups import AgentDay, DirtyDay
from coachloop.app.models.templates import Behaviour, Template, TemplateVersion
from coachloop.app.models.verdicts import Attempt, Evaluation, Review, Scoring, Verdict

__all__ = [
    "Absence",
    "Agent",
    "AgentDay",
    "Attempt",
    "AuditEntry",
    "Behaviour",
    "Conversation",
    "DirtyDay",
    "Evaluation",
    "Focus",
    "FollowUp",
    "Grant",
    "JudgeReply",
    "LearnedModel",
    "Review",
    "Revision",
    "Scoring",
    "Session",
    "Site",
    "SiteClosure",
    "Team",
    "Template",
    "TemplateVersion",
    "TrainingCase",
    "User",
    "Verdict",
]
