"""Plots of how costs grow: `python -m bench.plots FOLDER`, by an interpreter that has matplotlib.

It reads JSON, a list of what `asked` makes of each section, and writes a PNG for each. Nothing else
of the bench is imported: the interpreter is that of an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bench.figures import Section

_INCHES: Final = (7.2, 4.2)
_DPI: Final = 80
_MARKS: Final = "os^vD<>ph*"


def asked(name: str, section: Section) -> dict[str, Any]:
    """What is to be drawn of a section with curves."""
    curves = [(each.name, each.over, each.unit, each.points) for each in section.curves]
    return {"name": name, "title": section.title, "curves": curves}


def draw(python: Path, folder: Path, wanted: list[dict[str, Any]]) -> None:
    """Have `python` draw them into the folder as NAME.png. Raises OSError with what it said."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(python), "-m", "bench.plots", str(folder.resolve())],
        cwd=Path(__file__).parent.parent,
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise OSError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])


def main() -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    for plot in json.load(sys.stdin):
        figure, axes = plt.subplots(figsize=_INCHES, layout="constrained")
        for at, (name, over, unit, points) in enumerate(plot["curves"]):
            ours = "fakesnow" not in name and "PostgreSQL" not in name and "buenavista" not in name
            style = "-" if ours else "--"
            axes.plot(
                *zip(*points, strict=True), style, marker=_MARKS[at % len(_MARKS)], label=name
            )
            axes.set_xlabel(over)
            axes.set_ylabel(unit)
        axes.set(xscale="log", yscale="log")
        axes.set_title(plot["title"], fontsize=9)
        axes.grid(visible=True, which="both", alpha=0.2)
        figure.legend(loc="outside right upper", fontsize=7, frameon=False)
        # A fixed text, so that equal figures make equal files.
        target = Path(sys.argv[1]) / f"{plot['name']}.png"
        figure.savefig(target, dpi=_DPI, metadata={"Software": "matplotlib"})
        plt.close(figure)


if __name__ == "__main__":
    main()
