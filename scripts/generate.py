"""Bring what is made from other files up to date: `.venv/bin/python -m scripts.generate`."""

from __future__ import annotations

from pathlib import Path

from scripts import error_texts, settings_page
from scripts.check_knowledge import check
from scripts.common import ROOT, main, say


def texts() -> dict[str, str]:
    """Make every generated file.

    Returns:
        each file's text by its path from the project's folder.
    """
    from blina.assistant import knowledge
    from blina.channels.web import page as web_page
    from blina.knowledge import json_schema
    from blina.knowledge.settings import load_settings
    from blina.rasa_adapter import generate
    from blina.replies import clinician_page

    page = clinician_page.page(knowledge(), load_settings(environ={}))
    name = clinician_page.PAGE.relative_to(ROOT).as_posix()
    return {
        **generate.files(),
        **json_schema.files(),
        name: page,
        f"web/{web_page.SUMS}": web_page.sums(),
        error_texts.PAGE: error_texts.page(),
        settings_page.PAGE: settings_page.page(),
    }


def write(made: dict[str, str], root: Path = ROOT) -> list[str]:
    """Write the files that differ.

    Args:
        made: text by path.
        root: the project's folder.

    Returns:
        the paths that were written.
    """
    written = []
    for name, text in made.items():
        file = root / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def script() -> None:
    """Write the files that differ, and name them.

    Raises:
        Stop: the knowledge is not valid; file, line and field are named.
    """
    check()
    for name in write(texts()):
        say(f"Made anew: {name}")


if __name__ == "__main__":
    main(script)
