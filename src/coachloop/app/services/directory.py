"""Agents and teams by the ids that exports use."""

from collections.abc import Collection, Mapping
from datetime import date

from coachloop.app.errors import TakenError
from coachloop.app.models import Agent, AgentAlias, Membership, Team
from coachloop.app.queries.sites import first_site
from coachloop.app.services.memberships import stays_of
from coachloop.core.model.stays import Stay, team_on


class Directory:
    """Agents and teams of a programme by the keys that exports use, made when first met; one query a new key."""

    def __init__(self, programme_id: int | None = None) -> None:
        self._programme_id = programme_id
        self._agents: dict[str, Agent] = {}
        self._teams: dict[str, Team] = {}
        self._newest: dict[str, tuple[date, Team]] = {}
        self._joined: set[str] = set()
        self._stays: dict[int, tuple[Stay, ...]] = {}
        self._any_stays: bool | None = None

    def agent(self, key: str, name: str | None = None) -> Agent:
        """The agent with this key, or who has it as another one; a name is taken the first time one is given.

        Whom nobody has written down is met here: not known until somebody says who they are.
        """
        if key not in self._agents:
            self.meet({key: name})
        agent = self._agents[key]
        if name and agent.name == key != name:
            agent.name = name
            agent.save(update_fields=["name"])
        return agent

    def meet(self, named: Mapping[str, str | None]) -> None:
        """The agents with these keys at once, each with the name given, if one is.

        New ones are made in the order of their keys: two who bring the same ones never wait for each other both ways.
        """
        missing = sorted(named.keys() - self._agents.keys())
        found = {agent.key: agent for agent in Agent.objects.filter(key__in=missing)}
        unknown = [key for key in missing if key not in found]
        aliases = AgentAlias.objects.filter(key__in=unknown).select_related("agent") if unknown else ()
        found |= {alias.key: alias.agent for alias in aliases}
        for key in missing:
            agent = found.get(key)
            if agent is None:
                made = {"name": named[key] or key, "programme_id": self._programme_id, "known": False}
                agent, _ = Agent.objects.get_or_create(key=key, defaults=made)
            self._must_be_ours("agent", agent)
            self._agents[key] = self._agents.setdefault(agent.key, agent)

    def team(self, key: str | None) -> Team | None:
        """The team with this key, else one that is spelled alike but for capitals and spaces: nobody means two teams by that. None where none is named."""
        said = _said(key or "")
        if not said:
            return None
        if said not in self._teams:
            self._teams[said] = self._known_team(said) or self._new_team(said)
        return self._teams[said]

    def _known_team(self, said: str) -> Team | None:
        ours = list(Team.objects.filter(programme=self._programme_id).order_by("pk"))
        alike = (team for team in ours if _said(team.key).casefold() == said.casefold())
        return next((team for team in ours if team.key == said), None) or next(alike, None)

    def _new_team(self, said: str) -> Team:
        site = first_site()
        if site.pk is None:
            site.save()
        made = {"name": said, "site": site, "programme_id": self._programme_id}
        team, _ = Team.objects.get_or_create(key=said, defaults=made)
        self._must_be_ours("team", team)
        return team

    def taken(self, *, agents: Collection[str], teams: Collection[str]) -> frozenset[str]:
        """Which of these agents' and teams' keys belong to another programme, as `agent:KEY` and `team:KEY`."""
        if self._programme_id is None:
            return frozenset()
        said = {key: _said(key) for key in teams}
        found: set[str] = set()
        for what, rows, keys in (("agent", Agent.objects.all(), agents), ("team", Team.objects.all(), said.values())):
            theirs = rows.filter(key__in=keys).exclude(programme_id=self._programme_id)
            found |= {f"{what}:{key}" for key in theirs.values_list("key", flat=True)}
        aliases = AgentAlias.objects.filter(key__in=agents).exclude(agent__programme_id=self._programme_id)
        found |= {f"agent:{key}" for key in aliases.values_list("key", flat=True)}
        return frozenset(found | {f"team:{key}" for key, one in said.items() if f"team:{one}" in found})

    def team_on(self, agent: Agent, day: date | None) -> int | None:
        """Where an agent was on a day, as it is written down; where nothing is, where they are now."""
        stays = self._stays_of(agent)
        return team_on(stays, day) if stays else agent.team_id

    def _stays_of(self, agent: Agent) -> tuple[Stay, ...]:
        if self._any_stays is None:
            self._any_stays = Membership.objects.exists()
        if not self._any_stays:
            return ()
        if agent.pk not in self._stays:
            self._stays[agent.pk] = stays_of(agent)
        return self._stays[agent.pk]

    def _must_be_ours(self, what: str, row: Agent | Team) -> None:
        if row.programme_id != self._programme_id:
            raise TakenError(what, row.key)

    def seen(self, agent: Agent, team: Team, day: date | None) -> None:
        """Remember that a conversation of `day` names this team: the newest one says where the agent is now.

        Where it is written down where they belong, or that they left, no call changes that.
        """
        if agent.left_on or self._stays_of(agent):
            return
        known = agent.team_since or date.min
        if agent.team_id is None or (day or date.min) > known:
            agent.team, agent.team_since = team, day or agent.team_since
            self._newest[agent.key] = (day or date.min, team)

    def joined(self, agent: Agent, day: date) -> None:
        """Remember the day on which they are said to have joined: of several the earliest."""
        if agent.joined_on is None or day < agent.joined_on:
            agent.joined_on = day
            self._joined.add(agent.key)

    def save_moves(self) -> None:
        """Write what `seen` and `joined` found."""
        moved = [self._agents[key] for key in {*self._newest, *self._joined}]
        Agent.objects.bulk_update(moved, ["team", "team_since", "joined_on"])
        self._newest.clear()
        self._joined.clear()


def _said(key: str) -> str:
    """A team's key without spaces that nobody sees."""
    return " ".join(key.split())
