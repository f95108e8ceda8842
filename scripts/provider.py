"""Install the OpenID provider that tests sign in at: `python -m scripts.provider`.

It wants a newer pydantic than Rasa, so it has an environment of its own, `.provider`, with exactly the
packages of `requirements/provider.txt`. A stamp in it says what was installed.
"""

from __future__ import annotations

from pathlib import Path

from scripts.common import ROOT, VENV_PYTHON, digest, main, one_at_a_time, say
from scripts.setup import LOCK_FILE, call

ENVIRONMENT = ROOT / ".provider"
PROGRAM = ENVIRONMENT / "bin" / "oidc-provider-mock"
LOCK = ROOT / "requirements" / "provider.txt"


def set_up() -> Path:
    """Bring `.provider` up to date.

    Returns:
        the program that is the provider.

    Raises:
        Stop: it cannot be done; the sentence says why.
    """
    stamp, made_from = ENVIRONMENT / "made-from", f"{ROOT} {digest([LOCK, Path(__file__).resolve()])}"
    with one_at_a_time(LOCK_FILE):
        if PROGRAM.exists() and stamp.exists() and stamp.read_text() == made_from:
            return PROGRAM
        say("Installing the OpenID provider of the tests into .provider")
        call(
            [str(VENV_PYTHON), "-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT)],
            ".provider could not be made",
        )
        uv = [str(VENV_PYTHON), "-m", "uv", "pip", "install", "-q", "--require-hashes", "--no-deps"]
        call(
            [*uv, "--only-binary=:all:", "--python", str(ENVIRONMENT / "bin" / "python"), "-r", str(LOCK)],
            "the OpenID provider could not be installed",
        )
        stamp.write_text(made_from)
    return PROGRAM


def script() -> None:
    """Set up.

    Raises:
        Stop: see `set_up`.
    """
    set_up()


if __name__ == "__main__":
    main(script)
