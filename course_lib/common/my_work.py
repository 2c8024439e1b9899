"""The learner's copies of `exercises/`, in `my_work/`: laid once, never overwritten once touched.

`my_work/.laid.json` records the hash of every file as it was laid. A file that still has that hash is the course's
and follows a new release; any other is the learner's and stays, with the new release laid beside it.
"""

import hashlib
import json
import os
import shutil

from course_lib import ROOT
from course_lib.common.release import files_of

RECORD = ".laid.json"


def lay(root=ROOT):
    """Lay the files of `exercises/` in `my_work/`.

    Returns:
      Sentences for the learner: what was laid, what was updated, what was kept.
    """
    source, target = root / "exercises", root / "my_work"
    target.mkdir(exist_ok=True)
    laid = _read(target / RECORD)
    said = [_lay_one(source / path, target / path, laid, path.as_posix()) for path in files_of(source)]
    _write(target / RECORD, laid)
    return [sentence for sentence in said if sentence]


def _lay_one(release, copy, laid, name):
    """Bring one copy up to date as far as it is not the learner's; note in `laid` which release it has seen."""
    new = _hash(release)
    if not copy.exists():
        _place(release, copy)
        laid[name] = new
        return f"laid my_work/{name}"
    now, before = _hash(copy), laid.get(name)
    if now == new or before == new:  # the same text, or the learner's work on this very release
        laid[name] = new
        return ""
    if now == before:
        _place(release, copy)
        laid[name] = new
        return f"updated my_work/{name}, which you had not changed"
    beside = copy.with_name(f"{copy.stem}.new{copy.suffix}")
    return _lay_beside(release, beside, laid, f"{name} (new release)", new, name)


def _lay_beside(release, beside, laid, key, new, name):
    """Lay a new release next to the learner's own file, once; never over a `.new` file that was worked in."""
    if laid.get(key) == new:
        return ""
    if beside.exists() and _hash(beside) not in (laid.get(key), new):
        return f"kept your my_work/{name} and your {beside.name}: move the latter away to get the new release"
    _place(release, beside)
    laid[key] = new
    return f"kept your my_work/{name}; its new release is {beside.name}, next to it: copy from it what you want to have"


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _place(release, copy):
    """Copy in one step, so that an interruption leaves no half-written notebook."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_name(copy.name + ".draft")
    shutil.copyfile(release, draft)
    os.replace(draft, copy)


def _read(record):
    """The hashes by name; a record that is missing or damaged says nothing, so that every copy counts as touched."""
    try:
        laid = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return laid if isinstance(laid, dict) else {}


def _write(record, laid):
    draft = record.with_name(record.name + ".draft")
    draft.write_text(json.dumps(laid, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(draft, record)
