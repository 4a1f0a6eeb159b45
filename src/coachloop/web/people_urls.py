"""Where people, agents, teams and sites are kept."""

from django.urls import path

from coachloop.web.pages import people, people_files, staff, teams

urlpatterns = [
    path("people", people.people, name="people"),
    path("people/add", people.add, name="add-person"),
    path("people/import", people_files.import_people, name="import-people"),
    path("people/export.csv", people_files.export_people, name="export-people"),
    path("people/<int:user_id>", people.person, name="person"),
    path("people/<int:user_id>/change", people.change, name="change-person"),
    path("people/<int:user_id>/give", people.give_role, name="give-role"),
    path("people/<int:user_id>/take", people.take_role, name="take-role"),
    path("people/<int:user_id>/switch", people.switch, name="switch-person"),
    path("people/<int:user_id>/originals", people.originals, name="allow-originals"),
    path("people/agents", staff.agents, name="people-agents"),
    path("people/agents/add", staff.add, name="add-agent"),
    path("people/agents/<int:agent_id>", staff.agent, name="people-agent"),
    path("people/agents/<int:agent_id>/change", staff.change, name="change-agent"),
    path("people/agents/<int:agent_id>/join", staff.join, name="join-team"),
    path("people/agents/<int:agent_id>/leaves", staff.leaves, name="agent-leaves"),
    path("people/agents/<int:agent_id>/comes-back", staff.back, name="agent-comes-back"),
    path("people/agents/<int:agent_id>/merge", staff.merge, name="merge-agent"),
    path("people/stays/<int:membership_id>/remove", staff.remove_stay, name="remove-stay"),
    path("people/met", staff.met, name="met"),
    path("people/met/confirm", staff.confirm, name="confirm-met"),
    path("people/teams", teams.teams, name="teams"),
    path("people/teams/add", teams.add, name="add-team"),
    path("people/teams/<int:team_id>", teams.team, name="team"),
    path("people/teams/<int:team_id>/change", teams.change, name="change-team"),
    path("people/sites", teams.sites, name="sites"),
    path("people/sites/add", teams.add_site, name="add-site"),
    path("people/sites/<int:site_id>", teams.move_site, name="move-site"),
    path("people/sites/<int:site_id>/closed", teams.close, name="add-closure"),
    path("people/closures/<int:closure_id>/remove", teams.open_again, name="remove-closure"),
]
