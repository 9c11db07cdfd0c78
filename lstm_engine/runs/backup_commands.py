"""The commands that back a store up, while it is in use, and restore it."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from lstm_engine.runs.backups import FILES, restore_backup, suggested_name, write_backup
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.store.address import without_password
from lstm_engine.runs.store.space import shown_bytes
from lstm_engine.runs.terminal import complain, printable

STANDARD_OUTPUT = "-"


def add_backup_commands(commands: Any) -> None:
    """Add them to a parser's."""
    backup = commands.add_parser("backup", help="everything in the store as one file, while it is in use")
    backup.add_argument("file", nargs="?", metavar="FILE", help="a dated name if left out; - for the standard output")
    backup.add_argument(
        "--with", dest="beside", action="append", type=Path, default=[], metavar="PATH", help="a file or folder as well"
    )
    backup.set_defaults(command=backup_command)

    restore = commands.add_parser("restore", help="have in the store what a backup holds")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="what is in the store may go")
    restore.add_argument("--files-to", type=Path, metavar="FOLDER", help="where files from beside the store are to go")
    restore.set_defaults(command=restore_command, opens_store=False)


def backup_command(store: RunStore, options: argparse.Namespace) -> int:
    if options.file == STANDARD_OUTPUT:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "backup.tar"
            write_backup(store, path, options.beside)
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
        return 0
    path = Path(options.file or suggested_name())
    backup = write_backup(store, path, options.beside)
    files = f", {len(backup.files)} files from beside it" if backup.files else ""
    print(f"{printable(str(path))}: {backup.runs} runs{files}, {shown_bytes(path.stat().st_size)}")
    return 0


def restore_command(options: argparse.Namespace) -> int:
    backup = restore_backup(options.file, options.database, options.replace, options.files_to)
    place = printable(without_password(options.database))
    print(f"{place} holds the {backup.runs} runs of {backup.made_at} again. Start the app's servers anew.")
    if backup.files and options.files_to is None:
        names = ", ".join(printable(name.removeprefix(FILES)) for name in backup.files[:5])
        complain(f"The backup also holds files ({names}); name a folder for them with --files-to.")
    return 0
