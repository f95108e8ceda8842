"""The command `blina`: what `usage` says. `python -m blina.server` is the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from blina.stop import Stop

ROOT = Path(__file__).resolve().parents[2]
BAD_START = 2


def _serve() -> None:
    _prepare()
    from blina.server.serve import serve

    serve()


def _shell() -> None:
    _prepare()
    from blina.server.shell import shell

    shell()


def _prepare() -> None:
    """Set what Rasa's libraries read when they are loaded."""
    from blina.server import environment

    environment.prepare()


def _train() -> None:
    _module("scripts.train")


def _check() -> None:
    _module("scripts.knowledge")


def _generate() -> None:
    _module("scripts.generate")


def _counts() -> None:
    from blina.server import counts

    url = _shared_database()
    print(counts.page(counts.counted_in_postgres(url) if url else counts.counted(_conversations())))


def _migrate(revision: str) -> None:
    """Bring the schema of the shared database to a revision; going back drops what that does not know."""
    from blina.storage import schema
    from blina.storage.failures import Unusable

    url = _shared_database()
    if not url:
        raise Stop("There is no shared database: the setting database_url is not set.")
    try:
        schema.migrate(url, revision)
    except Unusable as error:
        raise Stop(str(error)) from None


def _shared_database() -> str | None:
    """The database that replicas share, None where conversations are kept in files."""
    _prepare()
    from blina.assistant import settings
    from blina.knowledge.settings import SettingsError

    try:
        return settings().database_url
    except SettingsError as error:
        raise Stop(str(error)) from None


def _only_for_files(instead: str) -> None:
    """Say what to do where there are no files to copy.

    Raises:
        Stop: conversations are kept in PostgreSQL.
    """
    if _shared_database():
        raise Stop(f"Conversations are kept in PostgreSQL, which has its own programs for that: {instead}")


def _alerts(retry: str = "") -> None:
    from blina.alerts.store import FILE
    from blina.server import alerts

    place = _shared_database() or str(_beside(FILE))
    print(alerts.retry(place) if retry else alerts.page(place))


def _back_up(folder: str) -> None:
    from blina.storage import backup

    _only_for_files('pg_dump --format=custom --file=blina.dump "$BLINA_DATABASE_URL"')
    for copy in backup.back_up(_databases(), Path(folder).resolve()):
        print(f"Copied to {copy}")


def _restore(folder: str) -> None:
    from blina.storage import backup

    _only_for_files('pg_restore --clean --if-exists --dbname="$BLINA_DATABASE_URL" blina.dump')
    for file in backup.restore(Path(folder).resolve(), _databases()):
        print(f"{file} is back")


def _audit() -> None:
    from blina.server import team

    print(team.audit(_shared_database() or str(_beside(team.RECORDS))))


def _account(name: str) -> None:
    from blina.server import team

    team.account(_beside(team.ACCOUNTS), name)
    print(f"{name} can sign in at /team on this machine, where team_local_accounts is true.")


def _databases() -> list[Path]:
    """The databases of conversations, of messages that are under way, of alerts and of the nurses' inbox."""
    from blina.alerts.store import FILE as ALERTS
    from blina.channels.messaging.store import FILE
    from blina.server import team

    return [_conversations(), _beside(FILE), _beside(ALERTS), _beside(team.RECORDS)]


def _beside(name: str) -> Path:
    return _conversations().with_name(name)


def _conversations() -> Path:
    _prepare()
    from blina.rasa_adapter.tracker_store import database_file

    conversations = Path(database_file())
    return conversations if conversations.is_absolute() else ROOT / conversations


def _module(name: str) -> None:
    """Run a script of the project in a process of its own, as `make` does.

    Raises:
        SystemExit: it could not do its work and has said why.
    """
    done = subprocess.run([sys.executable, "-m", name], cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


class Command(NamedTuple):
    """What can be done.

    Args:
        do: does it; is given what follows the command's name.
        what: one line for people.
        wants: names of what has to follow.
        may: the words one of which may follow.
    """

    do: Callable[..., None]
    what: str
    wants: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    def fits(self, more: list[str]) -> bool:
        """Whether what follows the command's name is what may follow."""
        return len(more) == len(self.wants) or (len(more) == 1 and more[0] in self.may)

    @property
    def follows(self) -> list[str]:
        """What can follow the command's name, as it is shown."""
        return [*self.wants, *(f"[{word}]" for word in self.may)]


COMMANDS: dict[str, Command] = {
    "serve": Command(_serve, "start the assistant on http://127.0.0.1:5005 (what happens without a command)"),
    "shell": Command(_shell, "talk to the assistant in this terminal"),
    "train": Command(_train, "train the model, if anything that it depends on changed"),
    "check": Command(_check, "check knowledge/ and say which answers an edit changes"),
    "generate": Command(_generate, "bring what is made from knowledge/ up to date"),
    "counts": Command(_counts, "print what was not understood and where the readings differed, in numbers"),
    "alerts": Command(
        _alerts, "print which alerts are open, wait or were given up; send these again", (), ("retry",)
    ),
    "audit": Command(_audit, "print who did what in the nurses' inbox, and whether the log was changed"),
    "account": Command(_account, "make an account to try the nurses' inbox on this machine", ("NAME",)),
    "migrate": Command(
        _migrate, "bring a shared database to a revision of its schema, or head", ("REVISION",)
    ),
    "backup": Command(_back_up, "copy the databases to a folder, also while it runs", ("FOLDER",)),
    "restore": Command(_restore, "put the copies back, while it does not run", ("FOLDER",)),
}


def usage() -> str:
    """What can be typed."""
    lines = [f"  blina {' '.join([name, *of.follows]):<15} {of.what}" for name, of in COMMANDS.items()]
    return "\n".join(["Usage: blina [command]", *lines])


def main(arguments: list[str]) -> int:
    """Run a command.

    Args:
        arguments: the command's name and what follows it; none to serve.

    Returns:
        The exit status: 0, or 2 when the assistant could not start.
    """
    if arguments in (["-h"], ["--help"]):
        print(usage())
        return 0
    name, *more = arguments or ["serve"]
    if name not in COMMANDS or not COMMANDS[name].fits(more):
        print(usage(), file=sys.stderr)
        return BAD_START
    try:
        COMMANDS[name].do(*more)
    except Stop as error:
        print(error, file=sys.stderr)
        return BAD_START
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    return 0


def script() -> None:
    """What `.venv/bin/blina` starts."""
    sys.exit(main(sys.argv[1:]))
