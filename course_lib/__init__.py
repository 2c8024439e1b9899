"""From Bellman to Agent57: the library behind the course.

Importing it is quick and prints nothing: a wing loads its own heavy packages when it is imported.
"""

import importlib
import pathlib

__version__ = "0.1.0"

ROOT = pathlib.Path(__file__).resolve().parent.parent
GROUND_FLOOR = {"workbook", "common", "classroom"}


def wings():
    """Import every wing of the library and return them by name, found by listing the folders."""
    folders = sorted(p.parent.name for p in pathlib.Path(__file__).parent.glob("*/__init__.py"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in folders if name not in GROUND_FLOOR}


def systems():
    """What can be trained, by name: the `SYSTEMS` of every wing that has a room `training`."""
    rooms = sorted(p.parent.name for p in pathlib.Path(__file__).parent.glob("*/training.py"))
    modules = [importlib.import_module(f"{__name__}.{name}.training") for name in rooms if name not in GROUND_FLOOR]
    return {name: system for module in modules for name, system in module.SYSTEMS.items()}
