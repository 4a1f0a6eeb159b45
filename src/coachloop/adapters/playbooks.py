"""The starter templates that come with coachloop."""

from pathlib import Path

import coachloop

PACKAGE = Path(coachloop.__file__).parent


def playbooks() -> list[Path]:
    """Their files: beside the package where it is installed, at the top of the tree where it is developed."""
    folders = (PACKAGE / "playbooks", PACKAGE.parents[1] / "playbooks")
    return next((sorted(folder.glob("*.yaml")) for folder in folders if folder.is_dir()), [])
