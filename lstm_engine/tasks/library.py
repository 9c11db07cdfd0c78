"""Python's own standard library: source code that every machine has."""

import re
import sysconfig
from functools import cache
from pathlib import Path

# modules that every Python has had for long, written by many hands, that say much in docstrings and little in comments,
# which read alike; the last of them are held out
MODULES = tuple(
    name
    for names in (
        "textwrap turtle typing ipaddress unittest/mock ssl selectors calendar codecs ast pydoc mailbox",
        "traceback tracemalloc xml/dom/minidom _collections_abc wave concurrent/futures/_base fileinput",
        "configparser unittest/case",
    )
    for name in names.split()
)
MOST_SOURCE = 2_000_000  # characters
NO_SOURCE = re.compile(r"[^\n -~]")  # so that the alphabet is the same with every Python


@cache
def standard_library() -> str:
    """The source of some modules of the Python that runs this, in ASCII: some 1,180,000 characters."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    texts = [(folder / f"{name}.py").read_text("utf-8") for name in MODULES if (folder / f"{name}.py").is_file()]
    return NO_SOURCE.sub("", "".join(texts))[:MOST_SOURCE]
