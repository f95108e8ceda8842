"""The one place that changes Rasa itself, where no setting or subclass serves.

Every patch names the upstream code it replaces and why, and refuses to start when that code is no
longer what the patch was written for (Rasa 3.6.21), so an upgrade cannot carry them along unseen.
Each has a test in ``tests/unit/test_server_patches.py``.

- ``functions.py``: functions and methods of ``rasa.core``.
- ``imports.py``: what Rasa loads at start although this project's pipeline does not use it.
"""

from __future__ import annotations


def before_rasa() -> None:
    """Put the patches in place that have to be there before Rasa is loaded.

    Raises:
        UpstreamChanged: when the replaced lines are no longer there.
    """
    from blina.rasa_adapter.patches import imports

    imports.put_in_place()


def apply() -> None:
    """Put all patches in place, once; also turns off what reports to outside hosts.

    Raises:
        UpstreamChanged: when a replaced function differs from Rasa 3.6.21's.
    """
    from blina.rasa_adapter.patches import functions

    functions.put_in_place()
