"""What is running: who scores here, as a site hands it to its people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Running:
    """One scorer as it is configured: in plain words, the model's name where it is one, its version, and where it runs."""

    scorer: str
    words: str
    model: str = ""
    version: str = ""
    outside: str = ""
