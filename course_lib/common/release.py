"""`exercises/` made from `solutions/` by nbgrader: the solutions blanked, the outputs cleared, nothing else kept."""

import filecmp
import logging
import pathlib
import shutil
import tempfile

from course_lib import ROOT


def generate(into, root=ROOT):
    """Generate every assignment of `root/solutions` into a folder. The same sources give the same bytes.

    Args:
      into: where the assignments go; a folder of each name is made in it.
      root: the folder that holds `solutions/`.

    Returns:
      The names of the assignments.

    Raises:
      ValueError: there are no solutions, so that nothing can be made of them; a student's copy has none.
      RuntimeError: nbgrader refused a notebook; its log says why.
    """
    names = sorted(folder.name for folder in (root / "solutions").glob("[0-9]*") if any(folder.glob("*.ipynb")))
    if not names:
        raise ValueError(f"There are no solutions in {root / 'solutions'}; exercises/ stays as it is.")
    into.mkdir(parents=True, exist_ok=True)
    for name in names:
        _generate_one(name, into, root)
    return names


def _generate_one(name, into, root):
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.release_directory = str(into.resolve())
    config.CourseDirectory.assignment_id = name
    config.SaveCells.enabled = False  # what its --no-db sets: a release for readers needs no gradebook
    said = _Log()
    converter = GenerateAssignment(CourseDirectory(config=config), config=config, log=said.logger)
    converter.no_database, converter.force = True, True
    try:
        converter.start()
    except (Exception, SystemExit) as error:
        raise RuntimeError(f"nbgrader could not release {name}: {error}\n" + "\n".join(said.lines)) from error


class _Log(logging.Handler):
    """Keep what nbgrader says, for the case that it fails; it is silent otherwise."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []
        self.logger = logging.Logger("nbgrader", logging.WARNING)
        self.logger.addHandler(self)

    def emit(self, record):
        self.lines.append(record.getMessage())


def refresh(root=ROOT):
    """Bring `root/exercises` in step with `root/solutions`, once every assignment could be generated.

    Returns:
      Sentences that say what changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder)
        generate(made, root)
        return _mirror(made, root / "exercises")


def files_of(folder):
    """The files under a folder, as paths from it; Jupyter's checkpoints and hidden files are not among them."""
    inside = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in inside if not any(part.startswith(".") for part in path.parts)]


def _mirror(source, target):
    """Make `target` hold what `source` holds; write only what differs."""
    changes = []
    for path in files_of(source):
        there = target / path
        if not there.exists() or not filecmp.cmp(source / path, there, shallow=False):
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / path, there)
            changes.append(f"wrote {there.name}")
    for path in set(files_of(target)) - set(files_of(source)):
        (target / path).unlink()
        changes.append(f"removed {path.as_posix()}, which no solution makes")
    for folder in sorted((path for path in target.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return changes
