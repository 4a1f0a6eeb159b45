"""The shapes of files about people, teams and sites."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from coachloop.core.model.people import Role

ADDRESS = r"^[^@\s]+@[^@\s]+$"
"""What people sign in by."""

Key = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(max_length=200)]


class ClosureLine(BaseModel):
    """A day on which a site is closed beside its public holidays; the first site where none is named."""

    day: date
    name: Name = ""
    site: Name | None = None


class PersonLine(BaseModel):
    """Somebody who signs in, or an agent who may; with the team that they are in, or lead. Without a `role` it is an agent.

    Of an agent `team_from` and `team_until` say since and up to when they are in the team, `joined_on` and `left_on` when they came
    to the centre and when they left it.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=ADDRESS, max_length=254)] | None = None
    role: Role
    team: Name | None = None
    agent_id: Name | None = None
    team_from: date | None = None
    team_until: date | None = None
    joined_on: date | None = None
    left_on: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_an_agent(cls, given: object) -> object:
        """An id that conversations use is an agent's."""
        return {"role": Role.AGENT, **given} if isinstance(given, dict) and given.get("agent_id") else given

    @model_validator(mode="after")
    def _says_who(self) -> "PersonLine":
        about_agents = (self.team_from, self.team_until, self.joined_on, self.left_on)
        if self.role is not Role.AGENT or not self.agent_id:
            if self.email is None:
                raise ValueError("needs `email`, or of an agent `agent_id`")
            if any(about_agents):
                raise ValueError("team_from, team_until, joined_on and left_on are of an agent: needs `agent_id`")
        if (self.team_from or self.team_until) and not self.team:
            raise ValueError("team_from and team_until need `team`")
        return self


class TeamLine(BaseModel):
    """A team: the `team` that exports name, what people call it, where it sits, and the address of who leads it."""

    team: Key
    name: Name | None = None
    site: Name | None = None
    leader: Name | None = None


class SiteLine(BaseModel):
    """A site: its name, IANA zone, and the country and region whose public holidays it keeps."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    timezone: Annotated[str, Field(max_length=64)] = ""
    country: Annotated[str, Field(max_length=2)] = ""
    region: Annotated[str, Field(max_length=10)] = ""
