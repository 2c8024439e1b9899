"""Files that are written whole or not at all."""

import contextlib
import os
import pathlib


@contextlib.contextmanager
def written_whole(file):
    """Write a draft beside a file, and put it in the file's place in one step once it is complete.

    Args:
      file: where it is to lie in the end.

    Yields:
      The path to write to; its name ends as the file's does.
    """
    file = pathlib.Path(file)
    draft = file.with_name(f"draft-{file.name}")
    yield draft
    os.replace(draft, file)
