"""Collecting: what students handed in, as learning platforms pack it, comes to `submitted/<student>/<assignment>/`.

`nbgrader zip_collect` does the work with the two plugins of this module: one unpacks, one reads from a file's path
whose notebook it is. What students upload is foreign: nothing is written outside the folder it belongs to, and an
archive or a name that cannot be used costs its own student a warning, never the class the collecting.
"""

import dataclasses
import io
import pathlib
import re
import shutil
import stat
import unicodedata
import zipfile
import zlib

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from course_lib.classroom import gradebook
from course_lib.common.release import files_of

LARGEST = 100_000_000  # bytes: of a notebook, and of all that an archive inside an archive unpacks to
NOT_OPENED = {".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar"}
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)  # RuntimeError: encrypted
PLATFORMS = {
    # "Full Name_12345_assignsubmission_file_"; the number is the participant's, another in each assignment.
    "moodle": re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_file(?:_|$)"),
    # "doejane_LATE_12345_67890_"; the student's number and the upload's, which is long: a date is not taken for them.
    "canvas": re.compile(r"(?P<name>.+?)_(?:LATE_)?(?P<number>\d+)_\d{3,}(?:_|$)"),
}


class Extractor(ExtractorPlugin):
    """Unpack notebooks from files, zips and zips in zips; `archive/` becomes `extracted/`."""

    def extract(self, archive_path, extracted_path):
        """Copy or unpack every notebook under one folder into another; say what was left out."""
        source, target = pathlib.Path(archive_path), pathlib.Path(extracted_path)
        for path in files_of(source):
            if (source / path).is_symlink():
                self.log.warning("Left out %s: it is a link, not a file.", path)
            elif path.suffix.lower() == ".zip":
                self._unpack(source / path, target / path.with_suffix(""), path)
            elif path.suffix == ".ipynb":
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / path, target / path)
            elif path.suffix.lower() in NOT_OPENED:
                self.log.warning("Left out %s: only .zip archives are opened. Unpack it by hand.", path)

    def _unpack(self, archive, folder, label, nested=False):
        try:
            with zipfile.ZipFile(archive) as opened:
                members = [member for member in opened.infolist() if not member.is_dir()]
                if nested and sum(member.file_size for member in members) > LARGEST:
                    raise ValueError(f"it unpacks to more than {LARGEST // 10**6} MB")
                for member in members:
                    self._unpack_member(opened, member, folder, f"{label}/{member.filename}", nested)
        except DAMAGED as problem:
            self.log.warning("Left out %s: %s.", label, problem)

    def _unpack_member(self, opened, member, folder, label, nested):
        inside = pathlib.PurePosixPath(member.filename.replace("\\", "/"))
        kind = inside.suffix.lower()
        if kind not in (".ipynb", ".zip") or any(part[0] == "." and part != ".." for part in inside.parts):
            return
        if inside.is_absolute() or ".." in inside.parts or ":" in member.filename:
            self.log.warning("Left out %s: its path leads out of the archive.", label)
        elif stat.S_ISLNK(member.external_attr >> 16) or (nested and kind == ".zip"):
            self.log.warning("Left out %s: a link, or an archive in an archive of a student's.", label)
        elif member.file_size > LARGEST:
            self.log.warning("Left out %s: it is larger than %d MB.", label, LARGEST // 10**6)
        elif kind == ".zip":
            self._unpack_nested(opened, member, folder / inside.with_suffix(""), label)
        else:
            self._write(opened, member, folder / inside, label)

    def _unpack_nested(self, opened, member, folder, label):
        try:
            archive = io.BytesIO(opened.read(member))
        except DAMAGED as problem:
            self.log.warning("Left out %s: %s.", label, problem)
        else:
            self._unpack(archive, folder, label, nested=True)

    def _write(self, opened, member, target, label):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(opened.read(member))
        except DAMAGED as problem:
            self.log.warning("Left out %s: %s.", label, problem)


@dataclasses.dataclass(frozen=True)
class Origin:
    """What a path says of a notebook: the student's name, a platform and its number if one packed it, and which copy."""

    name: str
    notebook: str
    copy: int = 0
    platform: str = ""
    number: str = ""


def origin(path, assignment, notebooks, known=()):
    """Read from a path whose notebook it is.

    A platform's folder or file name goes before all others, the outermost first: what is deeper a student has named.
    Then comes the outermost name that is `known`, then what stands before the notebook's name, then the folder.

    Args:
      path: the file, from the folder in which everything was unpacked.
      assignment: the assignment's name.
      notebooks: the names of its notebooks, without the ending.
      known: the ids of the students in the gradebook.

    Returns:
      An `Origin`, or None where the file is no notebook of the assignment or nobody's.
    """
    names = "|".join(re.escape(name) for name in sorted(notebooks, key=len, reverse=True))
    found = re.fullmatch(rf"(?:(?P<before>.+?)_)?(?P<name>{names})(?:-(?P<copy>\d+)| ?\((?P<again>\d+)\))?", path.stem)
    if not names or path.suffix != ".ipynb" or found is None:
        return None
    file = Origin("", found["name"], int(found["copy"] or found["again"] or 0))
    places = [unicodedata.normalize("NFC", place).strip() for place in (*path.parent.parts, found["before"] or "")]
    for place in places:
        for platform, pattern in PLATFORMS.items():
            if match := pattern.match(place):
                return _named(file, match["name"], platform=platform, number=match["number"])
    ours = {"my_work", "exercises", assignment, *notebooks, ""}  # folders of the course, when a student zips all
    candidates = [place for place in places if place in known] + [place for place in places[::-1] if place not in ours]
    return _named(file, candidates[0]) if candidates else None


def _named(file, name, **packed):
    """The origin with its student, or None where the name cannot be a folder's: "..", say."""
    name = name.strip()
    usable = name and not name.startswith(".") and not re.search(r"[\x00-\x1f/\\:]", name)
    return dataclasses.replace(file, name=name, **packed) if usable else None


class Collector(FileNameCollectorPlugin):
    """Say of every unpacked notebook whose it is; see `origin`.

    A student whom the gradebook holds gets the id from there: by `lms_user_id` (Canvas's number) or by first and last
    name (Moodle). Otherwise the id is Canvas's number, or the name as Moodle writes it.
    """

    def collect(self, submitted_file):
        """Return `student_id` and `file_id` for a file, or None when it is not collected; nbgrader asks for each."""
        if not hasattr(self, "_collected"):
            self._collected = dict(self._collect_all())
        return self._collected.get(pathlib.Path(submitted_file))

    def _collect_all(self):
        """Yield what is collected: of several copies the last, and none where it cannot be known which counts."""
        found = self._origins()
        ids = self._ids(set(found.values()))
        handed_in = {}
        for path, file in found.items():
            handed_in.setdefault((ids[file], file.notebook), []).append(path)
        for (student, notebook), paths in handed_in.items():
            last = max(found[path].copy for path in paths)
            latest = [path for path in paths if found[path].copy == last]
            if len({path.read_bytes() for path in latest}) > 1:
                names = " and ".join(str(path) for path in latest)
                self.log.warning("Left out %s of %s: which counts, %s? Remove the others.", notebook, student, names)
            else:
                if len(paths) > len(latest):
                    self.log.warning("%s handed in %d times: %s counts.", student, len(paths), latest[0].name)
                yield latest[0], {"student_id": student, "file_id": f"{notebook}.ipynb"}

    def _origins(self):
        app, course = self.parent, self.parent.coursedir
        places = {"downloaded": app.downloaded_directory, "assignment_id": course.assignment_id}
        structure = app.collect_directory_structure.format(**places, collect_step=app.extracted_directory)
        folder = pathlib.Path(course.root) / structure
        release = pathlib.Path(course.format_path(course.release_directory, ".", course.assignment_id))
        notebooks = [path.stem for path in release.glob("*.ipynb")]
        if not notebooks:
            app.fail(f"There is no notebook in {release}: is {course.assignment_id!r} the assignment's name?")
        self._roster = _roster(course)
        known = {student for student, *_ in self._roster}
        origins = {path: origin(path, course.assignment_id, notebooks, known) for path in files_of(folder)}
        return {folder / path: file for path, file in origins.items() if file}

    def _ids(self, origins):
        """The student's id for each origin."""
        moodle = {(file.name, file.number) for file in origins if file.platform == "moodle"}
        names = [name for name, _ in moodle]
        return {file: self._id(file, namesakes=names.count(file.name) > 1) for file in origins}

    def _id(self, file, namesakes):
        if not file.platform:
            return file.name
        fits = [
            student
            for student, number, name in self._roster
            if (number == file.number if file.platform == "canvas" else name == _plain(file.name))
        ]
        if len(fits) == 1 and not namesakes:
            return fits[0]
        if namesakes:
            self.log.warning("Several are called %s: rename submitted/%s_%s.", file.name, file.name, file.number)
            return f"{file.name}_{file.number}"
        return file.number if file.platform == "canvas" else file.name


def _roster(course):
    """The id, the platform's number and the name of each student in the gradebook."""
    book = gradebook.opened(course)
    if book is None:
        return []
    with book:
        return [(one.id, one.lms_user_id, _full_name(one)) for one in book.students]


def _full_name(student):
    return _plain(f"{student.first_name or ''} {student.last_name or ''}")


def _plain(name):
    """A name without what differs between platforms: case, spaces, how accents are encoded."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
