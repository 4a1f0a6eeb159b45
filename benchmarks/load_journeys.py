"""What people do all day, for locust: each user is somebody of the centre, signed in, who opens pages and follows their links.

Used by load.py, which names the people and their cookies in LOAD_PEOPLE, and the seconds from page to page in LOAD_PAUSE. A page's time
is that of the page itself; what it shows is read for links as a person would, so that everybody walks through their own calls, agents
and sessions.
"""

import json
import os
import re
from pathlib import Path

import numpy as np
from locust import HttpUser, between, task

PEOPLE = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
PAUSE = float(os.environ["LOAD_PAUSE"])
LINK = re.compile(r'href="(/[^"#]*)"')
DICE = np.random.default_rng(1)


def one_of(some: list[str]) -> str:
    """Any of them."""
    return some[DICE.integers(len(some))]


class Person(HttpUser):
    """Somebody with a browser: pages as links lead there, and time to read each."""

    abstract = True
    wait_time = between(0.7 * PAUSE, 1.3 * PAUSE)
    role = ""

    def on_start(self) -> None:
        """Be the next of the people with this role."""
        self.client.cookies.set("sessionid", one_of(PEOPLE[self.role]))
        self.links: list[str] = []

    def open(self, path: str, name: str) -> str:
        """A page; what it links to is remembered."""
        with self.client.get(path, name=f"{self.role}: {name}", catch_response=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} at {name}")
            self.links = LINK.findall(answer.text or "")
            return answer.text or ""

    def follow(self, pattern: str, name: str) -> str:
        """One of the links of the last page that begin so; nothing where there is none."""
        fitting = sorted({link.replace("&amp;", "&") for link in self.links if re.fullmatch(pattern, link)})
        return self.open(one_of(fitting), name) if fitting else ""


class Agent(Person):
    """Looks at their own page, reads yesterday's report and one of their calls."""

    role = "agent"
    weight = 70

    @task(3)
    def my_page(self) -> None:
        """My page, and a call of mine."""
        self.open("/me", "my page")
        self.follow(r"/conversations/[^?]+(\?.*)?", "a call of mine")

    @task(1)
    def my_calls(self) -> None:
        """My calls, and one of them."""
        self.open("/conversations", "my calls")
        self.follow(r"/conversations/[^?]+", "a call of mine")

    @task(1)
    def clips(self) -> None:
        """What colleagues do well."""
        self.open("/clips", "clips")


class Leader(Person):
    """Works through the week: whom to coach on what, why, and the session."""

    role = "team_leader"
    weight = 22

    @task(3)
    def week(self) -> None:
        """The week, an agent, a call behind it."""
        self.open("/week", "the week")
        self.follow(r"/agents/[^/?]+", "an agent")
        self.follow(r"/conversations/[^?]+(\?.*)?", "a call")

    @task(2)
    def session(self) -> None:
        """The week and one of its sessions; what was written is kept now and then."""
        self.open("/week", "the week")
        page = self.follow(r"/sessions/\d+", "a session")
        self.keep_draft(page)

    @task(1)
    def heatmap(self) -> None:
        """Where the team is."""
        self.open("/heatmap", "the heatmap")

    @task(1)
    def search(self) -> None:
        """Look something up in what was said."""
        self.open("/conversations?q=price", "search")

    def keep_draft(self, page: str) -> None:
        """What the page sends by itself while somebody writes."""
        address = re.search(r'(?:hx-post|action)="(/sessions/\d+/draft)"', page)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        if address:
            name = f"{self.role}: keep a draft"
            headers = {"Referer": self.host or ""}
            given = {**fields, "words": "I will ask what matters before I name the price."}
            with self.client.post(
                address[1], given, name=name, headers=headers, catch_response=True, allow_redirects=False
            ) as answer:
                if answer.status_code >= 400 and answer.status_code != 409:
                    answer.failure(str(answer.status_code))
                else:
                    answer.success()


class Lead(Person):
    """Advises: every team, trust, audits, disputes."""

    role = "qa_lead"
    weight = 5

    @task(2)
    def teams(self) -> None:
        """All teams' heatmap and an agent."""
        self.open("/heatmap?team=all", "all teams")
        self.follow(r"/agents/[^/?]+", "an agent")

    @task(1)
    def trust(self) -> None:
        """How far scores can be trusted."""
        self.open("/trust", "trust")
        self.follow(r"/trust/[^/?]+", "trust in a template")

    @task(1)
    def calls(self) -> None:
        """Every call."""
        self.open("/conversations", "calls")
        self.follow(r"/conversations/[^?]+", "a call")


class Operations(Person):
    """Whether it is worth it."""

    role = "operations"
    weight = 3

    @task
    def health(self) -> None:
        """The health of the loop, and what it moved."""
        self.open("/worth", "worth")
        self.open("/mix", "mix")
        self.open("/effect", "effect")
