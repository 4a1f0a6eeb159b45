import subprocess
import sys
from importlib import import_module

import pytest
import typer

from coachloop.cli import app, lazy

FILES = sorted({file for file, _ in lazy.COMMANDS.values()})
OVERVIEW = """
import sys
from coachloop.project.main import main
sys.argv = ["coachloop", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted(name for name in sys.modules if name.startswith(("coachloop.cli.", "numpy", "scipy"))), file=sys.stderr)
"""


@pytest.mark.parametrize("name", lazy.COMMANDS)
def test_what_the_overview_says_of_a_command_is_what_it_says_itself(name):
    known = typer.main.get_command(app)
    real = known.resolve_command(typer.Context(known), [name])[1]
    assert real.name == name
    assert " ".join(real.help.split("\n\n")[0].split()) == lazy.COMMANDS[name][1]


@pytest.mark.parametrize("file", FILES)
def test_no_command_of_a_file_is_forgotten(file):
    module, group = import_module(file if "." in file else f"coachloop.cli.{file}"), typer.Typer()
    if not hasattr(module, "app"):
        module.register(group)
        assert set(typer.main.get_group(group).commands) == {
            name for name, (of, _) in lazy.COMMANDS.items() if of == file
        }


def test_the_overview_imports_no_command():
    """What commands stand on takes seconds, and whoever asks for the overview needs none of it."""
    ran = subprocess.run([sys.executable, "-c", OVERVIEW, "--help"], capture_output=True, text=True, check=True)  # noqa: S603 -- ourselves
    assert "transparency" in ran.stdout
    assert ran.stderr.split() == ["coachloop.cli.lazy", "coachloop.cli.output", "coachloop.cli.plain"]


def test_a_mistyped_command_is_told_of(run):
    ran = run("imprt")
    assert ran.code == 2
    assert "Did you mean 'import'" in ran.err
