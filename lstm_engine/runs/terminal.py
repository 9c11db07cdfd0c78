"""What a terminal is shown: text as text, never as its control codes, and how far a run is."""

import contextlib
import os
import shutil
import sys
import unicodedata
from typing import TextIO

from lstm_engine.runs.run import Run
from lstm_engine.runs.store.store import RunStore

# control, format (such as those that turn the direction of writing), surrogate, line and paragraph separators
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def printable(text: str) -> str:
    """A text that moves no cursor and sets no colour, whoever wrote it.

    >>> printable("a" + chr(27) + "[31mred")
    'a\\\\x1b[31mred'
    """
    return "".join(ascii(symbol)[1:-1] if unicodedata.category(symbol) in UNSEEN else symbol for symbol in text)


def complain(text: str) -> None:
    """A sentence on the standard error, which may be closed as well."""
    with contextlib.suppress(OSError, ValueError):
        print("\n".join(printable(line.expandtabs(2)) for line in text.splitlines()), file=sys.stderr)


def prepare() -> None:
    """Have an output, even where there is none, that shows what its encoding lacks as a code rather than failing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  for the rest of our days
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def forget_output() -> None:
    """After an output that broke: what is still in its buffer goes nowhere, lest Python complain at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Bar:
    """One line that is drawn over itself; where the output is no terminal, one line at every tenth.

    Args:
        file: where to draw it.
    """

    def __init__(self, file: TextIO):
        self.file = file
        self.on_terminal = file.isatty()
        self.tenth = -1

    def show(self, share: float, facts: str, seconds_left: float | None = None) -> None:
        """Draw it so far, with facts behind it; it is never wider than the terminal, which would break it in two."""
        if seconds_left:
            minutes, seconds = divmod(int(seconds_left), 60)
            facts += (
                f"  {minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 60 else f"  {minutes}:{seconds:02d}"
            )
            facts += " left"
        if self.on_terminal:
            columns = shutil.get_terminal_size().columns - 1
            room = max(0, columns - len(facts) - 2)
            filled = round(min(max(share, 0.0), 1.0) * room)
            full, empty = self._blocks()
            self._write(f"\r{f'{full * filled}{empty * (room - filled)}  {facts}'[:columns]}\x1b[K")
        elif int(10 * share) > self.tenth:
            self.tenth = int(10 * share)
            self._write(f"{100 * share:3.0f} %  {facts}\n")

    def _blocks(self) -> tuple[str, str]:
        """What it is drawn with: signs that the terminal's encoding has."""
        try:
            "█░".encode(self.file.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return "#", "."
        return "█", "░"

    def say(self, text: str) -> None:
        """A line above or below it."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self.file.write(text)
            self.file.flush()
        except OSError:  # whoever read it is gone, or its disk is full; the training matters more
            forget_output()

    def end(self) -> None:
        """Leave the line as it is."""
        if self.on_terminal:
            self._write("\n")


class ProgressBar(Bar):
    """How far one run is."""

    def __init__(self, file: TextIO):
        super().__init__(file)
        self.seen = 0  # the step that was measured last
        self.numbers = ""

    def show_run(self, store: RunStore, run: Run) -> None:
        """Draw it for the run as it is now."""
        history = store.history(run.id, max(self.seen, run.step - 50))
        if len(history.step):
            self.seen = int(history.step[-1])
            self.numbers = f"loss {history.loss[-1]:.4f}"
        speed = f"{run.steps_per_second:,.0f} steps/s" if run.steps_per_second else run.status.value
        left = (run.target_step - run.step) / run.steps_per_second if run.steps_per_second else None
        self.show(run.step / run.end_step, f"{run.step:,}/{run.end_step:,}  {self.numbers}  {speed}", left)
