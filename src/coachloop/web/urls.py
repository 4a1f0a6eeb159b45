from django.contrib.auth.views import LogoutView
from django.urls import path

from coachloop.web.pages import (
    agents,
    audit_log,
    conversations,
    follow_ups,
    heatmap,
    parts,
    sessions,
    sign_in,
    templates,
    week,
)

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-in/<str:role>", sign_in.sign_in_as, name="sign-in-as"),
    path("sign-out", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("week", week.week, name="week"),
    path("me", agents.me, name="me"),
    path("agents/<path:key>/trend.svg", agents.trend, name="agent-trend"),
    path("agents/<path:key>/focus", week.accept_focus, name="accept-focus"),
    path("agents/<path:key>/developmental", week.open_developmental, name="open-developmental"),
    path("agents/<path:key>", agents.agent, name="agent"),
    path("conversations", conversations.conversations, name="conversations"),
    path("conversations/<path:key>", conversations.conversation, name="conversation"),
    path("sessions/<int:session_id>", sessions.session, name="session"),
    path("sessions/<int:session_id>/plan", sessions.plan, name="plan-session"),
    path("sessions/<int:session_id>/hold", sessions.hold, name="hold-session"),
    path("sessions/<int:session_id>/cancel", sessions.cancel, name="cancel-session"),
    path("follow-ups/<int:follow_up_id>", follow_ups.follow_up, name="follow-up"),
    path("follow-ups/<int:follow_up_id>/close", follow_ups.close, name="close-follow-up"),
    path("heatmap", heatmap.heatmap, name="heatmap"),
    path("templates", templates.templates, name="templates"),
    path("templates/<path:key>", templates.template, name="template"),
    path("audit", audit_log.audit_log, name="audit-log"),
    path("parts", parts.parts, name="parts"),
]
