"""Reads an HDF5 file's arrays in a process of its own, whose end harms nobody; run as a script, it imports no sibling.

The HDF5 library is large, written in C, and known to crash on files made to crash it. So a file comes in on the
standard input, and a safetensors file goes out on the standard output, or a sentence on the standard error.
"""

import io
import math
import sys
from typing import Any

MOST_OBJECTS = 20_000  # groups and arrays
MOST_DEPTH = 32
MOST_SECONDS = 20  # of computing
PLAIN_FILTERS = {1, 2, 3}  # deflate, shuffle, checksum: what the library itself can undo


class Refused(Exception):
    """Why the file is not read, in a sentence."""


def bound_this_process(most_bytes: int) -> None:
    """No more memory and time than such a file needs, and no picture of it on the disk; where the system can."""
    try:
        import resource
    except ImportError:  # not a Unix
        return
    memory = 4 * most_bytes + 2**30
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, MOST_SECONDS), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # a lower one holds already
            continue


def arrays_in(file: Any, most_bytes: int) -> tuple[dict, dict[str, str]]:
    """The arrays by path, and texts beside them."""
    import h5py

    arrays, texts, seen, total = {}, {}, set(), 0
    waiting = [("", file, 0)]
    while waiting:
        path, group, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise Refused("its groups are nested too deeply")
        if (label := label_of(group)) is not None:
            texts[f"name of {path.rstrip('/')}"] = label
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise Refused(f"{path + name!r} is a link out of the file or to another place, which weights never are")
            child = group.get(name)
            address = h5py.h5o.get_info(child.id).addr
            if address in seen:
                raise Refused(f"{path + name!r} stands in it twice")
            seen.add(address)
            if len(seen) > MOST_OBJECTS:
                raise Refused(f"it holds more than {MOST_OBJECTS:,} groups and arrays")
            if isinstance(child, h5py.Group):
                waiting.append((f"{path}{name}/", child, depth + 1))
            elif isinstance(child, h5py.Dataset) and "optimizer" not in path:
                total += judged(f"{path}{name}", child)
                if total > most_bytes:
                    raise Refused(f"its arrays need {total:,} bytes, expected at most {most_bytes:,} (most_bytes)")
                if child.dtype.kind == "f":
                    arrays[path + name] = child
    return {name: child[()] for name, child in arrays.items()}, texts


def label_of(group: Any) -> str | None:
    """What Keras calls the layer whose numbers stand in a group, if it says so there."""
    import h5py

    if "name" not in group.attrs:
        return None
    held = group.attrs.get_id("name")
    if held.shape != () or held.get_type().get_class() != h5py.h5t.STRING or held.get_storage_size() > 1000:
        return None
    label = group.attrs["name"]
    return label[:200] if isinstance(label, str) else None


def judged(name: str, dataset: Any) -> int:
    """How many bytes an array takes, or Refused if its numbers stand elsewhere or are packed unusually."""
    import h5py

    if dataset.is_virtual or dataset.external:
        raise Refused(f"{name!r} has its numbers in another file")
    if dataset.dtype.hasobject or dataset.dtype.kind == "O" or h5py.check_ref_dtype(dataset.dtype):
        return 0  # texts and references, which are never read
    plan = dataset.id.get_create_plist()
    if any(plan.get_filter(k)[0] not in PLAIN_FILTERS for k in range(plan.get_nfilters())):
        raise Refused(f"{name!r} is packed with a filter that weights never need")
    return math.prod(dataset.shape or ()) * dataset.dtype.itemsize


def main() -> int:
    most_bytes = int(sys.argv[1])
    bound_this_process(most_bytes)
    try:
        import h5py
        import numpy as np
        from safetensors.numpy import save
    except ImportError as error:
        print(f"missing: {error.name}", file=sys.stderr)
        return 3
    try:
        with h5py.File(io.BytesIO(sys.stdin.buffer.read()), "r") as file:
            arrays, texts = arrays_in(file, most_bytes)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # the library raises many kinds for what is damaged
        why = f": {' '.join(str(error).split())[:200]}" if isinstance(error, OSError | RuntimeError | KeyError) else ""
        print(f"it is a damaged or cut HDF5 file{why}", file=sys.stderr)
        return 2
    plain = {
        name: np.ascontiguousarray(array, np.float64 if array.dtype.itemsize > 4 else np.float32)
        for name, array in arrays.items()
    }
    sys.stdout.buffer.write(save(plain, texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
