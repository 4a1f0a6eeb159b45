"""The places of the main navigation: at most six in the bar, the others behind "More", each with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

IN_THE_BAR = 6
ON_A_PHONE = 3
AGENT, LEADER, ADVISER, EVALUATOR, OPERATIONS, ADMIN = (
    Role.AGENT,
    Role.TEAM_LEADER,
    Role.QA_LEAD,
    Role.EVALUATOR,
    Role.OPERATIONS,
    Role.ADMIN,
)
COACHING, NUMBERS, SETTINGS = "Coaching", "What the numbers say", "Set up"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a route stands in the navigation.

    Attributes:
        name: The route's.
        title: One or two words.
        says: What one finds there, in a sentence without its full stop.
        group: The heading it stands below behind "More".
        first: Roles that have it in the bar.
        also: Roles that have it behind "More", where their places are more than the bar holds.
    """

    name: str
    title: str
    says: str
    group: str
    first: Sequence[Role] = ()
    also: Sequence[Role] = ()


ENTRIES = (
    Entry("reviews", "Reviews", "Calls that wait for your blind answer", COACHING, (EVALUATOR,), (LEADER, ADVISER)),
    Entry("rooms", "Calibration", "Do we hear the same thing?", COACHING, (EVALUATOR,), (LEADER, ADVISER)),
    Entry("me", "My page", "What you work on, and how it goes", COACHING, (AGENT,)),
    Entry("week", "Week", "Who needs help with what", COACHING, (LEADER, ADVISER)),
    Entry("heatmap", "Heatmap", "Every behaviour, with how sure it is", NUMBERS, (LEADER, ADVISER, OPERATIONS)),
    Entry("conversations", "Conversations", "Calls, and what was found in them", COACHING, (AGENT, LEADER, ADVISER)),
    Entry("clips", "Clips", "Moments worth hearing again", COACHING, (AGENT, LEADER, ADVISER)),
    Entry("gatherings", "Huddles", "What several learn together", COACHING, (LEADER,), (ADVISER, OPERATIONS)),
    Entry("slots", "Slots", "Your protected time for coaching", COACHING, (LEADER,)),
    Entry("proposals", "Proposals", "What you propose to leaders, and their answers", COACHING, (ADVISER,)),
    Entry(
        "disputes",
        "Disputes",
        "Verdicts that agents challenge, and what became of them",
        COACHING,
        (EVALUATOR,),
        (AGENT, LEADER, ADVISER),
    ),
    Entry("add-recordings", "Add recordings", "Bring in calls as sound or as words", SETTINGS, (), (LEADER, ADVISER)),
    Entry("audit-log", "Audit log", "Who did what, and when", SETTINGS, (ADMIN,)),
    Entry("drift", "Drift", "Who slipped on what, beyond chance", NUMBERS, (OPERATIONS, ADMIN), (LEADER, ADVISER)),
    Entry("impact", "Impact", "Which behaviours move the outcome", NUMBERS, (OPERATIONS,), (LEADER, ADVISER)),
    Entry("effect", "Effect", "What sessions moved, and how sure that is", NUMBERS, (OPERATIONS,), (LEADER, ADVISER)),
    Entry("audits", "Audits", "How far people have checked the machine", NUMBERS, (), (ADVISER, OPERATIONS)),
    Entry("worth", "Worth", "What it brought, and what it cost", NUMBERS, (OPERATIONS,), (ADVISER,)),
    Entry("rules", "Rules", "How far the rules of coaching are kept", COACHING, (OPERATIONS,)),
    Entry("workshops", "Workshops", "What is best trained together", NUMBERS, (), (LEADER, ADVISER, OPERATIONS)),
    Entry("mix", "Both kinds", "Performance and development, side by side", COACHING, (), (OPERATIONS,)),
    Entry("lost-slots", "Protected time", "Slots that had to move, and why", COACHING, (), (OPERATIONS,)),
    Entry("how-i-coach", "How I coach", "Your own sessions, for your eyes", COACHING, (), (LEADER,)),
    Entry(
        "shared-coaching", "Shared coaching", "Sessions shared to be answered blind", COACHING, (), (LEADER, ADVISER)
    ),
    Entry("away", "Away", "Who is away, and who stands in", SETTINGS, (), (LEADER, OPERATIONS, ADMIN)),
    Entry("report-choices", "Reports", "What is sent, when and how", SETTINGS, (AGENT,), (LEADER, ADVISER, OPERATIONS)),
    Entry("trust-templates", "Trust", "How far the scores can be trusted", NUMBERS, (), tuple(Role)),
    Entry(
        "how-we-score", "How we score", "By what, with what error, and how to challenge it", SETTINGS, (), tuple(Role)
    ),
    Entry("accounts", "Accounts", "Who can't sign in, and what helps", SETTINGS, (), (ADMIN,)),
    Entry("people", "People", "Who signs in, who takes calls, who left", SETTINGS, (ADMIN,)),
    Entry("teams", "Teams", "Who is in which team, and who leads it", SETTINGS, (), (OPERATIONS, ADMIN)),
    Entry("privacy", "Privacy", "What is kept how long, of whom, and how it goes", SETTINGS, (), (ADMIN,)),
    Entry("site", "Site", "Working days, sessions, and days to challenge", SETTINGS, (), (OPERATIONS, ADMIN)),
    Entry("webhooks", "Webhooks", "Other systems that are told of what happens here", SETTINGS, (), (ADMIN,)),
    Entry("templates", "Templates", "What is listened for", SETTINGS, (ADVISER,), tuple(Role)),
)

OF_ALL = ("site",)
"""What is of every programme of the site at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of somebody's navigation."""

    title: str
    url: str
    says: str
    group: str
    here: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """Somebody's places.

    Attributes:
        bar: Those of the bar.
        others: Those behind "More", by heading.
    """

    bar: tuple[Place, ...]
    others: tuple[tuple[str, tuple[Place, ...]], ...]

    @property
    def wide(self) -> tuple[Place, ...]:
        """Those that a phone's bar has no room for."""
        return self.bar[ON_A_PHONE:]

    @property
    def here_behind(self) -> bool:
        """Whether the open page is behind "More"."""
        return any(place.here for _, places in self.others for place in places)

    @property
    def here_behind_on_a_phone(self) -> bool:
        """Whether it is behind "More" on a phone."""
        return self.here_behind or any(place.here for place in self.wide)


def navigation(who: Viewer, path: str) -> Navigation:
    """Where somebody can go, and where they are."""
    shown = (entry for entry in ENTRIES if who.keeps_all or entry.name not in OF_ALL)
    open_to = [(entry, reverse(entry.name)) for entry in shown if who.has(*entry.first, *entry.also)]
    here = max((url for _, url in open_to if path == url or path.startswith(f"{url}/")), key=len, default="")
    places = {entry: Place(entry.title, url, entry.says, entry.group, here=url == here) for entry, url in open_to}
    bar = [entry for entry in places if len(places) <= IN_THE_BAR or who.has(*entry.first)][:IN_THE_BAR]
    others = sorted((entry for entry in places if entry not in bar), key=_by_group)
    return Navigation(
        tuple(places[entry] for entry in bar),
        tuple((group, tuple(places[one] for one in them)) for group, them in groupby(others, lambda one: one.group)),
    )


def _by_group(entry: Entry) -> int:
    return (COACHING, NUMBERS, SETTINGS).index(entry.group)
