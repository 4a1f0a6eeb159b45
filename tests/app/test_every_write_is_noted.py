"""Whatever somebody does through a service is a line of the audit log: each that takes a viewer leads to one, or is named here with a reason."""

import ast
from pathlib import Path

from coachloop.app import services

NOTES = {"record", "look", "look_at_original", "let_go"}
FOLDER = Path(services.__file__).parent

OF_OTHERS = "asked within another service, whose line says what was done"
UNTIL_SUBMITTED = "kept while somebody still writes; what they submit is noted"
NO_LINE = {
    "assignments.reviewers": "a question, nothing is written",
    "assignments.save_answers": UNTIL_SUBMITTED,
    "audit.look": "writes the line itself",
    "audit.record": "writes the line itself",
    "choice.otherwise": OF_OTHERS,
    "choice.taken": OF_OTHERS,
    "drafts.held": OF_OTHERS,
    **dict.fromkeys(
        (f"keeping.{name}" for name in ("agent", "by_email", "team", "user", "whole_user")),
        "says who may; nothing is written",
    ),
    **dict.fromkeys(
        (f"led.{name}" for name in ("is_agent", "leads", "led_agent", "led_session", "must_lead")),
        "says who may; nothing is written",
    ),
    "people_files.take": "calls what it is given for each line of a file; each of these is noted",
    "provisioning.hold": "holds rows for what is done next in the same transaction; nothing is written",
    "trust.refresh_for_a_page": "works figures out anew; nobody did anything",
    "uploads.append": UNTIL_SUBMITTED,
    "uploads.begin": UNTIL_SUBMITTED,
    "uploads.drop": UNTIL_SUBMITTED,
}
"""Those without a line, and why."""


def public():
    """Each service with a viewer, by module and name, and the names that every function of all modules calls."""
    found, calls = {}, {}
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                called = {_name(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
                calls.setdefault(node.name, set()).update(called)
                if not node.name.startswith("_") and "viewer" in {
                    arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)
                }:
                    found[f"{path.stem}.{node.name}"] = called
    return found, calls


def _name(node):
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def leads_to_a_line(called, calls):
    seen, left = set(), set(called)
    while left:
        if left & NOTES:
            return True
        seen |= left
        left = {name for one in left for name in calls.get(one, ())} - seen
    return False


def test_every_service_with_a_viewer_is_noted():
    found, calls = public()
    silent = {name for name, called in found.items() if not leads_to_a_line(called, calls)}
    assert silent - set(NO_LINE) == set(), "write the line in the audit log, in the same transaction"
    assert set(NO_LINE) - silent == set(), "these are noted by now, or gone: take them off the list"


def test_it_would_notice():
    assert not leads_to_a_line({"save", "filter"}, {"save": {"full_clean"}})
    assert leads_to_a_line({"_store"}, {"_store": {"bulk_create", "record"}})
