"""Tables and their constraints."""

from coachloop.app.models.access import Allowance, Answered, ApiToken, Delivery, Event, EventCount, Webhook
from coachloop.app.models.audio import Audio, AudioPart, Original, Upload
from coachloop.app.models.audit import AuditEntry, AuditSeal
from coachloop.app.models.calendar import BusyTime, CalendarLink, LeaderAbsence, Slot, SlotMove, StandIn
from coachloop.app.models.coaching import Focus, FollowUp, Goal, GoalStep, Proposal, Session, SessionDraft, Suggested
from coachloop.app.models.conversations import Conversation, Revision, Spoken
from coachloop.app.models.drift import DriftAlert, DriftBudget
from coachloop.app.models.effect import Figures, SessionEffect, Valuation
from coachloop.app.models.gatherings import Attendance, Gathering
from coachloop.app.models.impact import ImpactEstimate, ImpactRun, MatrixDay
from coachloop.app.models.judging import JudgeReply
from coachloop.app.models.learned import LearnedModel, TrainingCase
from coachloop.app.models.library import Clip, ClipShare, ClipView
from coachloop.app.models.notices import CoachingRequest, Message, ReportChoice, RollOut
from coachloop.app.models.people import (
    Absence,
    Agent,
    AgentAlias,
    Grant,
    Membership,
    Programme,
    Site,
    SiteClosure,
    Team,
    User,
)
from coachloop.app.models.privacy import DataKey, Erasure, Retention
from coachloop.app.models.provisioned import DirectoryGroup, Provisioned
from coachloop.app.models.recordings import SessionRecording
from coachloop.app.models.reviewing import Assignment, AuditDraw, Dispute, Room, RoomDecision, RoomWording
from coachloop.app.models.rollups import AgentDay, DirtyDay, PackedDay, PastCount
from coachloop.app.models.templates import Behaviour, Template, TemplateVersion
from coachloop.app.models.verdicts import Attempt, Evaluation, Review, Scoring, Verdict

__all__ = [
    "Absence",
    "Agent",
    "AgentAlias",
    "AgentDay",
    "Allowance",
    "Answered",
    "ApiToken",
    "Assignment",
    "Attempt",
    "Attendance",
    "Audio",
    "AudioPart",
    "AuditDraw",
    "AuditEntry",
    "AuditSeal",
    "Behaviour",
    "BusyTime",
    "CalendarLink",
    "Clip",
    "ClipShare",
    "ClipView",
    "CoachingRequest",
    "Conversation",
    "DataKey",
    "Delivery",
    "DirectoryGroup",
    "DirtyDay",
    "Dispute",
    "DriftAlert",
    "DriftBudget",
    "Erasure",
    "Evaluation",
    "Event",
    "EventCount",
    "Figures",
    "Focus",
    "FollowUp",
    "Gathering",
    "Goal",
    "GoalStep",
    "Grant",
    "ImpactEstimate",
    "ImpactRun",
    "JudgeReply",
    "LeaderAbsence",
    "LearnedModel",
    "MatrixDay",
    "Membership",
    "Message",
    "Original",
    "PackedDay",
    "PastCount",
    "Programme",
    "Proposal",
    "Provisioned",
    "ReportChoice",
    "Retention",
    "Review",
    "Revision",
    "RollOut",
    "Room",
    "RoomDecision",
    "RoomWording",
    "Scoring",
    "Session",
    "SessionDraft",
    "SessionEffect",
    "SessionRecording",
    "Site",
    "SiteClosure",
    "Slot",
    "SlotMove",
    "Spoken",
    "StandIn",
    "Suggested",
    "Team",
    "Template",
    "TemplateVersion",
    "TrainingCase",
    "Upload",
    "User",
    "Valuation",
    "Verdict",
    "Webhook",
]
