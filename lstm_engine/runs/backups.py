"""Backups: a store, and files beside it, as one tar archive that says what is in it and proves that it is whole.

``manifest.json`` comes first: the version of the store's tables, when it was made, and length and SHA-256 of every
other member. ``store.sqlite3`` is a run store in itself, whichever database it was copied from: any SQLite opens it.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from lstm_engine.errors import SettingsError
from lstm_engine.runs.store import RunStore, StoreError, StoreProblem
from lstm_engine.runs.store.copying import newer, prepare_copy
from lstm_engine.runs.store.schema import VERSION

FORMAT = 1  # of the archive
MANIFEST, STORE, FILES = "manifest.json", "store.sqlite3", "files/"
MOST_MANIFEST = 16 * 2**20  # bytes
PIECE = 2**20


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself.

    Attributes:
        made_at: as ISO 8601 has it. runs: that it holds, deleted ones included.
        members: by name, length in bytes and SHA-256.
    """

    made_at: str
    runs: int
    members: Mapping[str, tuple[int, str]]

    @property
    def files(self) -> list[str]:
        """The files from beside the store."""
        return sorted(name for name in self.members if name.startswith(FILES))


def suggested_name() -> str:
    """Of a backup that is made now."""
    return time.strftime("backup-%Y-%m-%d-%H%M%S.tar")


def write_backup(store: RunStore, path: Path, beside: Sequence[Path] = ()) -> Backup:
    """Back up a store, whoever reads it and writes to it meanwhile; the file is there as a whole or not at all.

    Args:
        path: of the new file, which only its owner may read: it holds what people brought, and the servers' keys.
        beside: files and folders to go with it, each under its own name.

    Raises:
        SettingsError: the file is there already, or cannot be written.
        StoreError: the store cannot be read.
    """
    if path.exists():
        raise SettingsError(f"{path} is there already, and a backup overwrites nothing; name another file")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            copy, whole = Path(folder) / STORE, Path(folder) / "whole.tar"
            store.copy_to(copy)
            members = {STORE: copy, **files_in(beside)}
            with RunStore(f"sqlite:///{copy}") as copied:
                number = len(copied.list_runs(with_classes=True))
            backup = Backup(
                time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                number,
                {name: (source.stat().st_size, digest_of(source)) for name, source in members.items()},
            )
            write_archive(whole, backup, members)
            os.replace(whole, path)
    except OSError as error:
        raise SettingsError(f"the backup {path} cannot be written: {error.strerror or error}") from error
    return backup


def write_archive(path: Path, backup: Backup, members: Mapping[str, Path]) -> None:
    """The archive, on the disk when this returns."""
    said = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": backup.made_at,
        "runs": backup.runs,
        "members": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in backup.members.items()},
    }
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            add(archive, MANIFEST, io.BytesIO(content := json.dumps(said, indent=1).encode()), len(content))
            for name, source in members.items():
                with source.open("rb") as opened:
                    add(archive, name, opened, backup.members[name][0])
        file.flush()
        os.fsync(file.fileno())


def add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    """A member that belongs to nobody and may be read by its owner alone."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(time.time()), 0o600
    archive.addfile(member, content)


def files_in(beside: Sequence[Path]) -> dict[str, Path]:
    """Files by their names in the archive.

    Raises:
        SettingsError: one is not there, or two would have one name.
    """
    found: dict[str, Path] = {}
    for path in beside:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        if not path.exists():
            raise SettingsError(f"{path} is not there, so it cannot go into the backup")
        for file in inside:
            name = f"{FILES}{PurePosixPath(path.resolve().name, file.relative_to(path).as_posix())}"
            if name.rstrip("/.") in found:
                raise SettingsError(f"two files would be {name} in the backup; name them one by one")
            found[name.rstrip("/.")] = file
    return found


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def broken(path: Path, why: str) -> StoreError:
    """What to say of a backup that cannot be used."""
    return StoreError(f"{path} is no whole backup: {why}. Nothing was changed. Take another one.", StoreProblem.DAMAGED)


@contextmanager
def opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Backup]]:
    """A backup to read from.

    Raises:
        StoreError: it is broken, or by a newer version.
        SettingsError: it cannot be read.
    """
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
            yield archive, read_manifest(path, archive)
    except (tarfile.TarError, EOFError) as error:
        raise broken(path, f"it is cut off, or no archive at all ({error})") from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read, or what is in it not written: {error.strerror or error}"
        ) from error


def read_manifest(path: Path, archive: tarfile.TarFile) -> Backup:
    """What the archive says of itself; see ``opened``."""
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    if first is None or content is None or first.size > MOST_MANIFEST:
        raise broken(path, f"it does not begin with {MANIFEST}")
    try:
        said: Any = json.loads(content.read())
        is_newer = int(said["format"]) > FORMAT or str(said["version"]) > VERSION
        members = {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in said["members"].items()}
        backup, version = Backup(str(said["made_at"]), int(said["runs"]), members), str(said["version"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise broken(path, f"its {MANIFEST} cannot be understood") from error
    if is_newer:
        raise newer(version)
    if STORE not in members or any(not is_name(name) for name in members):
        raise broken(path, f"its {MANIFEST} names other things than a store and files beside it")
    return backup


def is_name(name: str) -> bool:
    """Whether a member of that name stays inside the folder that it is written to."""
    inside = name.removeprefix(FILES)
    plain_parts = all(part not in ("", ".", "..") for part in inside.split("/")) and not {"\\", "\0"} & set(inside)
    return name == STORE or (inside != name and plain_parts)


def extract(path: Path, archive: tarfile.TarFile, backup: Backup, name: str, to: Path) -> None:
    """One member as a file, if it is what the manifest says.

    Raises:
        StoreError: it is not, or not there.
    """
    try:
        content = archive.extractfile(name)
    except KeyError:
        content = None
    if content is None:
        raise broken(path, f"{name} is missing in it")
    to.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with to.open("xb") as file:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    if (size, digest.hexdigest()) != backup.members[name]:
        raise broken(path, f"{name} in it is not what was written")


def restore_backup(path: Path, url: str, replace: bool = False, files_to: Path | None = None) -> Backup:
    """Have in a store what a backup holds, and nothing else. A run that trained then goes on from its last checkpoint.

    Args:
        url: of the store, which is made if there is none; another kind of database than the backup's will do.
        replace: whether what is there may go; a damaged SQLite file is then set aside.
        files_to: a folder for the files from beside the store.

    Raises:
        SettingsError: there are runs already, and nobody said that they may go; or a file cannot be read or written.
        StoreError: the backup is broken or of a newer version, or the store cannot be written; nothing was changed.
    """
    with opened(path) as (archive, backup), tempfile.TemporaryDirectory(prefix="restore-") as folder:
        names = [STORE, *(backup.files if files_to is not None else [])]
        for name in names:  # all are looked at before the first is put in place
            extract(path, archive, backup, name, Path(folder) / name)
        prepare_copy(Path(folder) / STORE)
        for name in names[1:]:
            target = placed(files_to, name)
            if target.exists() and not replace:
                raise SettingsError(f"{target} is there already; say --replace to have it overwritten")
        with store_to_fill(url, replace) as store:
            if store.holds_anything() and not replace:
                raise SettingsError(
                    f"the run store {store.public_url} holds runs already, and a restored backup would take their "
                    "place; say --replace if they may go, or name another store with --database"
                )
            store.take_over(Path(folder) / STORE)
        for name in names[1:]:
            target = placed(files_to, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / name, target)
    return backup


def placed(folder: Path | None, name: str) -> Path:
    """Where a file from beside the store goes."""
    assert folder is not None
    return folder / name.removeprefix(FILES)


def store_to_fill(url: str, replace: bool) -> RunStore:
    """The store at that address; a damaged file there is set aside, if that was allowed."""
    try:
        return RunStore(url)
    except StoreError as error:
        path = url.partition(":///")[2].partition("?")[0]
        if error.kind is not StoreProblem.DAMAGED or not replace or not url.startswith("sqlite"):
            raise
        aside = f"{path}.damaged-{time.strftime('%Y-%m-%d-%H%M%S')}"
        for end in ("", "-wal", "-shm"):
            if Path(path + end).exists():
                os.replace(path + end, aside + end)
        return RunStore(url)
