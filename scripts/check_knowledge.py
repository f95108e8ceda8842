"""Say what is wrong in knowledge/, without Rasa: `.venv/bin/python -m scripts.check_knowledge`."""

from __future__ import annotations

from scripts.common import Stop, main


def script() -> None:
    """Load the knowledge.

    Raises:
        Stop: a file is not valid; file, line and field are named, one mistake a line.
    """
    from triage.knowledge import KnowledgeError, load_knowledge

    try:
        load_knowledge()
    except KnowledgeError as error:
        raise Stop(f"the knowledge cannot be used.\n{error}") from error


if __name__ == "__main__":
    main(script)
