"""The command as a process, which starts quickly."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

#: Of prctl(2): also for cores that go to a program, which no limit keeps from being made.
_PR_SET_DUMPABLE: Final = 4


def run() -> None:
    """Run the command that the arguments of this process name."""
    _settle()
    from mockhaus.cli.main import main

    try:
        main(prog_name="mockhaus")
    finally:
        gc.freeze()  # Python looks for garbage as it ends: 0.1 s for what goes with the process


def keep_memory() -> None:
    """Leave no core file behind, and show other processes of the user (but root's) neither memory
    nor environment: both hold passwords, keys of stages and rows."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)


def _settle() -> None:
    """Look for no garbage while modules are loaded, and have DuckDB find no pandas.

    Whoever serves on looks for garbage again once all is loaded: nothing of it is garbage, and
    looking took a fifth of the start. DuckDB imports pandas to see whether a parameter is one of
    its missing values; that takes 0.3 s at the first, and where pandas is not installed, 0.15 ms
    for each parameter of each statement.
    """
    gc.disable()
    sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    """Says at once that there is no pandas, which nothing of ours uses."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=fullname)
        return None
