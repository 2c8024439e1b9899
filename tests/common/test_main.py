"""The command line of the course."""

import subprocess
import sys

import pytest

from course_lib import ROOT, __main__


def test_help_is_quick_and_lists_every_program():
    """Nothing heavy is imported for it."""
    program = "import sys; from course_lib.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: print('tensorflow' in sys.modules, 'rich' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"    {found.__name__}" in said for found in __main__.PROGRAMS)
    assert said.endswith("False False\n")


def test_an_unknown_notebook_is_said_without_a_traceback(capsys):
    """One sentence, and an exit status."""
    assert __main__.main(["run", "no_such_chapter"]) == 1
    assert "no_such_chapter" in capsys.readouterr().err


def test_an_unknown_program_is_refused(capsys):
    """argparse lists what there is."""
    with pytest.raises(SystemExit):
        __main__.main(["dance"])
    assert "doctor" in capsys.readouterr().err
