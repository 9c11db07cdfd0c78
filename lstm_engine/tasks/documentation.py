"""Python's own documentation strings, as a text that every machine has."""

import ast
import hashlib
import re
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")


@cache
def documentation() -> str:
    """The documentation strings of those modules of the Python that runs this which are one file.

    Each comes once, without the paragraphs that are examples to run. They are put in the order of their SHA-256, so
    that what is held out is of all modules alike, and an upgrade that adds some leaves the others in their order.
    """
    found: dict[str, None] = {}
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError):  # a file that is not Python's own may be anything
            continue
        for text in documented(tree):
            prose = [part for part in BETWEEN_PARAGRAPHS.split(text) if ">>>" not in part]
            found["\n\n".join(prose)] = None
    return "\n\n".join(sorted(found, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest()))


def documented(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The documentation strings of a module, a class or a function, and of what is defined directly in it."""
    text = ast.get_docstring(node)
    if text:
        yield text
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from documented(inner)
