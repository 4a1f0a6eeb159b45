"""Who may change what."""

from web.api.rules import Rule

RULES: dict[str, Rule] = {}
