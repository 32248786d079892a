"""Known faults of pinned packages: `python -m tests.security.audit PIP-AUDIT REQUIREMENTS..`

pip-audit asks PyPI for its advisories. A package that it could not ask about is none without
faults, so how many those are is said; only a fault that is known fails.
"""

from __future__ import annotations

import json
import subprocess
import sys


def main(program: str, *files: str) -> int:
    """Ask, and say what came of it; 1 if a fault is known."""
    command = [
        program,
        "--disable-pip",
        "--no-deps",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    command += [word for file in files for word in ("-r", file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print(f"pip-audit could not work:\n{done.stderr.strip()[-500:]}")
        return 0
    asked = [each for each in packages if "vulns" in each]
    faults = [(each, fault) for each in asked for fault in each["vulns"]]
    print(f"advisories: {len(asked)} of {len(packages)} packages asked about, {len(faults)} faults")
    if len(asked) < len(packages):
        print("advisories: the others could not be asked about: PyPI's data are out of reach")
    for package, fault in faults:
        fixed = ", ".join(fault["fix_versions"]) or "no version"
        print(f"  {package['name']} {package['version']}: {fault['id']}, mended in {fixed}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
