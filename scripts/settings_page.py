"""Write the settings of `settings.yml` as a page, for docs/settings.md (`make generate`)."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.common import ROOT

PAGE = "docs/settings.md"
HEAD = """# Settings

<!-- Made by `make generate` from settings.yml. Do not edit. -->

Each line of [settings.yml](../settings.yml), with the environment variable that overrides it. All are checked
at every start; what is wrong is named with the line ([error-texts.md](error-texts.md)). Variables that are
no settings are in [setup.md](setup.md#environment-variables).
"""
_LINE = re.compile(r"^(?P<name>\w+): (?P<value>.+?) # (?P<says>.+)$")
_HEADING = "# --- "


def page(root: Path = ROOT) -> str:
    """Write the page.

    Args:
        root: the project's folder.

    Returns:
        its text.
    """
    parts = [HEAD]
    for line in (root / "settings.yml").read_text(encoding="utf-8").splitlines():
        setting = _LINE.match(line)
        if line.startswith(_HEADING):
            heading = line[len(_HEADING) :]
            parts.append(f"\n## {heading[0].upper()}{heading[1:]}\n\n")
            parts.append("| setting | variable | as it comes | what it says |\n|---|---|---|---|\n")
        elif setting:
            name, says = setting["name"], setting["says"].replace("|", "/")
            parts.append(f"| `{name}` | `BLINA_{name.upper()}` | `{setting['value']}` | {says} |\n")
    return "".join(parts)
