"""Write docs/licences.md from what the installed packages say: `.venv/bin/python -m scripts.licences`."""

from __future__ import annotations

import re
from typing import Any, Iterator

from scripts.common import ROOT, main

PAGE = ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements.txt"
LONGEST = 60  # characters; some packages put the whole text where its name belongs
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_FAMILY = "License :: OSI Approved :: "


def locked() -> list[tuple[str, str]]:
    """List what is installed to run the assistant.

    Returns:
        name and version of each package, as in the lock file.
    """
    return _PINNED.findall(LOCK.read_text(encoding="utf-8"))


def licence(metadata: Any) -> str:
    """Find the licence in a package's own words.

    Args:
        metadata: of the installed package.

    Returns:
        its name; "see the package" where only a text is given.
    """
    stated = " ".join((metadata.get("License-Expression") or metadata.get("License") or "").split())
    classes = [
        value[len(_FAMILY) :] for value in metadata.get_all("Classifier", []) if value.startswith(_FAMILY)
    ]
    if stated and len(stated) <= LONGEST and stated.upper() != "UNKNOWN":
        return stated
    return ", ".join(classes) or "see the package"


def lines() -> Iterator[str]:
    """Make the page.

    Yields:
        its lines.

    Raises:
        PackageNotFoundError: a locked package is not installed.
    """
    from importlib.metadata import metadata

    yield "# Licences of what Blina stands on"
    yield ""
    yield "Written by `make licences` from what the installed packages say of themselves; do not edit."
    yield "Set-up installs them from the index; they are not part of this repository. Blina itself is"
    yield "Apache-2.0 ([LICENSE](../LICENSE)); the sentence encoder all-MiniLM-L6-v2 is Apache-2.0,"
    yield "socket.io-client in the browser MIT."
    yield ""
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for name, version in locked():
        yield f"| {name} | {version} | {licence(metadata(name)).replace('|', '/')} |"


def script() -> None:
    """Write the page."""
    PAGE.write_text("\n".join(lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(script)
