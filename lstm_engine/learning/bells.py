"""How two processes with shared memory tell each other how far they are, within a microsecond where both are awake.

A number in shared memory is the bell. Who waits for it looks at it again and again for a moment, then says that it
sleeps and waits on a pipe, which costs nothing and also ends when the other one does. On processors that may show one
core's writes to another in another order than they were made, the pipe alone is used: a system call keeps the order.
"""

import mmap
import os
import platform
import select
import tempfile
import time
from dataclasses import dataclass

SPIN_SECONDS = 0.002 if platform.machine() in ("x86_64", "AMD64") else 0.0
LOOKS = 200  # between two looks at the clock
DOZE_MILLISECONDS = 20  # after which who sleeps looks again, so that a bell that was missed costs no more


class PeerGone(Exception):
    """The other process has ended."""


@dataclass(frozen=True)
class Bell:
    """One process's number for another.

    Args:
        words: shared memory, as 64-bit integers.
        place: of the number; behind it stands whether the other one sleeps.
        pipe: file descriptor of the end to write to for who rings, to read from for who waits.
    """

    words: memoryview
    place: int
    pipe: int

    def ring(self, number: int) -> None:
        """Say how far this process is.

        Raises:
            PeerGone: nobody is there to hear it.
        """
        self.words[self.place] = number
        if self.words[self.place + 1] or not SPIN_SECONDS:
            try:
                os.write(self.pipe, b".")
            except OSError:
                raise PeerGone from None

    def wait(self, number: int) -> None:
        """Until the other one is at that number.

        Raises:
            PeerGone: it never will be.
        """
        words, place = self.words, self.place
        until = time.perf_counter() + SPIN_SECONDS
        while SPIN_SECONDS:
            for _ in range(LOOKS):
                if words[place] >= number:
                    return
            if time.perf_counter() > until:
                break
        words[place + 1] = 1
        try:
            sleeper = select.poll()
            sleeper.register(self.pipe, select.POLLIN)
            while True:
                if sleeper.poll(DOZE_MILLISECONDS) and not os.read(self.pipe, 4096):
                    raise PeerGone
                if words[place] >= number:
                    return
        finally:
            words[place + 1] = 0


def shared_file(size: int) -> int:
    """The descriptor of a file without a name, in memory where the system has such files, with room for so many bytes.

    It goes with the last process that has it open.

    Raises:
        OSError: there is no room.
    """
    if hasattr(os, "memfd_create"):  # not bounded by what a container allows /dev/shm
        descriptor = os.memfd_create("lstm-shards")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    try:
        if hasattr(os, "posix_fallocate"):  # else a full memory would end the process at its first write
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.ftruncate(descriptor, size)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def mapped(descriptor: int, size: int) -> mmap.mmap:
    """The file's bytes in this process's memory, shared with all that map it."""
    return mmap.mmap(descriptor, size)
