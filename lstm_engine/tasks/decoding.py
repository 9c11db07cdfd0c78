"""Files that people bring, as text: UTF-8, UTF-16, UTF-32 or Latin-1, told from their bytes."""

from dataclasses import dataclass

LOOKED_AT = 4_000  # bytes from which UTF-16 without a mark is told


@dataclass(frozen=True)
class Decoded:
    """A file's text, and the encoding that it was read in, in words."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """A file's text, told by its byte order mark, else UTF-8 if it is, UTF-16 if many bytes are 0, else Latin-1.

    Latin-1 is read as browsers read it, with the signs that Windows added (its code page 1252). Nothing is refused:
    what is no text shows in the preview.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return Decoded(data.decode("utf-32", "replace"), "UTF-32")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Decoded(data.decode("utf-16", "replace"), "UTF-16")
    zeros = data[:LOOKED_AT].count(0)
    if zeros > len(data[:LOOKED_AT]) // 4:
        little = 2 * data[1:LOOKED_AT:2].count(0) >= zeros  # letters of the West have their zero second in it
        return Decoded(data.decode("utf-16-le" if little else "utf-16-be", "replace"), "UTF-16")
    for encoding, words in (("utf-8-sig", "UTF-8"), ("cp1252", "Latin-1")):
        try:
            return Decoded(data.decode(encoding), words)
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode("latin-1"), "Latin-1")
