"""Thousands of requests that nobody means well: none may meet an error that the server did not expect.

``python -m tests.benchmarks.hostile --url http://127.0.0.1:8501 --count 10000``, against a server on this machine only.
The same seed asks the same.
"""

import argparse
import asyncio
import base64
import os
import random
from collections import Counter
from urllib.parse import quote, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.benchmarks.table import print_table

NUMBERS = [
    "0", "-1", "1", "1.5", "1e19", "-1e300", "1e400", "nan", "inf", "-inf", "NaN", "0x10", "1_000", "+1", " 1", "٣",
    str(2**31), str(2**31 - 1), str(2**53), str(2**63), str(2**63 - 1), str(2**64), "9" * 400, "9" * 5_000, "1e", "",
]  # fmt: skip
TEXTS = [
    "maria", "José", "a" * 300, "a" * 1_995, "\0", "a\0b", "🙂" * 30, "\u202e", "%", "%00", "../../../etc/passwd",
    "<img src=x onerror=1>", "newest", "f:1:3:1-2=0.5", "f:" * 500, "c:1:*:1-99999999999999999999=nan", ",", "{}",
    "//x", "'; --", "\r\nX: y", "..", "\\\\server\\share", "~root", "CON", "\ud83d",
]  # fmt: skip
RUN_PATHS = [
    "checkpoints", "trace", "gradients", "continuation", "companion", "far_run", "trace.csv", "trace.npz",
    "trace.parquet", "trace.exe", "curves", "development", "samples", "stream", "trace.csv/x", "",
]  # fmt: skip
NAMES = ["checkpoint", "sequence", "clamps", "timestep", "seed", "temperature", "after", "until", "x", "run", "runs"]
METHODS = ["GET"] * 12 + ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"]
TYPES = ["application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "\xff", "a/b" * 50]
PAGES = ["", "train", "step", "compare", "nothing", "static/js", "media", "component", "_stcore/health", "favicon.png"]
WITHIN = ["media", "component", "static", "app/static", "_stcore/upload_file", "_stcore/bidi-components", "_stcore"]
MESSAGES = [
    "", "{", "[]", "null", "1" * 400, '{"listen": 5}', '{"listen": "run/1", "after": 1e300}', '{"listen": "run/1"}',
    '{"listen": "run/' + "9" * 300 + '"}', '{"leave": -1}', '{"listen": "run/1", "as": "x"}', "x" * 100_000, "[" * 490,
    '{"listen": "run/\\u0000"}', '{"listen": "\\ud800"}', '{"leave": {}}', '{"listen": "run/1", "after": NaN}',
]  # fmt: skip
SECONDS = 60.0  # for one answer
VISIT_EVERY = 50  # requests; a page's script takes longer


class Stranger:
    """Makes up requests.

    Args:
        seed: the same, the same requests. host: that they name.
    """

    def __init__(self, seed: int, host: str):
        self.random = random.Random(seed)
        self.host = host

    def value(self) -> str:
        pick = self.random.choice
        odd = "".join(chr(self.random.choice([0, 10, 37, 47, 60, 127, 255, 0x2028, 0x1F600])) for _ in range(5))
        return pick([pick(NUMBERS), pick(NUMBERS), pick(TEXTS), odd])

    def path(self) -> str:
        pick = self.random.choice
        run = pick(["1", "1", "2", self.value()])
        shape = self.random.random()
        if shape < 0.6:
            parts = ["api", "runs", run, pick(RUN_PATHS)]
        elif shape < 0.7:
            parts = ["api", "modules", pick(["browser/listening.js", self.value(), "a" * 300, "/".join("ab" * 100)])]
        elif shape < 0.75:
            parts = ["api", self.value(), self.value()]
        elif shape < 0.9:
            parts = [pick(PAGES)]
        else:
            parts = [pick(WITHIN), self.value(), self.value()]
        return "/" + "/".join(quote(part, safe=pick(["/", "/:", "/%"]), errors="surrogatepass") for part in parts)

    def query(self) -> str:
        count = self.random.choice([0, 1, 1, 2, 3, 8])
        pairs = [(self.random.choice(NAMES), self.value()) for _ in range(count)]
        return "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in pairs)

    def request(self) -> bytes:
        """One request, to be sent as it is."""
        pick = self.random.choice
        if self.random.random() < 0.1:
            return self.websocket()
        method, body = pick(METHODS), b""
        heads = [f"Host: {pick([self.host] * 60 + ['evil.example', '', 'localhost:99999', '[::1'])}"]
        if method not in ("GET", "HEAD"):
            body = pick([b"", b"{", b"\0" * 100, b"[" * 5_000, os.urandom(64), b"a=b&" * 500])
            heads.append(f"Content-Type: {pick(TYPES)}")
            heads.append(f"Content-Length: {len(body)}")
        for name in ("Origin", "Range", "Cookie", "If-None-Match", "X-Lstm-Token", "Sec-Fetch-Site", "Accept-Encoding"):
            if self.random.random() < 0.1:
                heads.append(
                    f"{name}: {pick(['null', 'http://evil.example', 'bytes=9-1', 'é', '=' * 300, 'gzip', '*'])}"
                )
        query = self.query()
        target = self.path() + (f"?{query}" if query else "")
        return (
            f"{method} {target} HTTP/1.1\r\n".encode()
            + "\r\n".join([*heads, "Connection: close", "", ""]).encode()
            + body
        )

    def websocket(self) -> bytes:
        """An upgrade, right or wrong, and frames behind it, right or wrong."""
        pick = self.random.choice
        path = pick(["/api/live", "/api/live", "/_stcore/stream", "/api/runs/1/trace", "/"])
        key = base64.b64encode(self.random.randbytes(pick([16, 16, 3]))).decode()
        heads = [
            f"GET {path} HTTP/1.1",
            f"Host: {self.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            f"Sec-WebSocket-Version: {pick(['13', '13', '13', '99'])}",
        ]
        if self.random.random() < 0.3:
            heads.append(
                f"Origin: {pick(['http://evil.example', 'null', f'http://{self.host}', 'x' * 300, 'http://[::'])}"
            )
        frames = b"".join(self.frame() for _ in range(pick([0, 1, 2, 5])))
        return "\r\n".join([*heads, "", ""]).encode() + frames + pick([b"", os.urandom(8), masked(8, b"\x03\xe8")])

    def frame(self) -> bytes:
        pick = self.random.choice
        data = pick(MESSAGES).encode()
        return pick([masked(1, data), masked(1, data), masked(2, data), masked(1, b"\xff\xfe"), masked(0, data)])


def masked(opcode: int, data: bytes) -> bytes:
    """A WebSocket frame as a client sends it, with a mask of zeros."""
    size = len(data)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65_536:
        head = bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2)
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8)
    return head + bytes(4) + data


async def status_of(host: str, port: int, request: bytes) -> str:
    """What the server says to a request: its status, or how the connection ended."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        is_socket = b"\r\nUpgrade: websocket\r\n" in request
        async with asyncio.timeout(SECONDS):
            line = await reader.readline()
            while not is_socket and await reader.read(2**16):
                continue
        if is_socket:  # it may be talked to for a moment
            async with asyncio.timeout(0.05):
                while await reader.read(2**16):
                    continue
    except TimeoutError:
        if not is_socket:
            return "no answer"
    except ConnectionError:
        return "closed"
    finally:
        writer.close()
    words = line.split()
    return words[1].decode() if len(words) > 1 else "closed"


async def visit(address: str, page: str, query: str) -> str:
    """Run a page's script with a query, as a browser does; whether it came to its end."""
    protocol = [Subprotocol("streamlit")]
    async with connect(f"ws://{address}/_stcore/stream", subprotocols=protocol, max_size=None) as socket:
        asked = ClientState(query_string=query, page_name=page)
        await socket.send(BackMsg(rerun_script=asked).SerializeToString())
        async with asyncio.timeout(SECONDS):
            while True:
                heard = ForwardMsg.FromString(await socket.recv())  # type: ignore[arg-type]
                if heard.WhichOneof("type") == "script_finished":
                    return "page shown"
                if heard.delta.new_element.WhichOneof("type") == "exception":
                    print("exception", page, query[:300])
                    return "page failed"


async def attack(url: str, count: int, seed: int, at_once: int = 12) -> Counter[str]:
    """Send so many requests; how often each status was answered."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    stranger = Stranger(seed, f"{host}:{port}")
    statuses: Counter[str] = Counter()
    requests = iter([stranger.request() for _ in range(count)])

    async def work() -> None:
        for number, request in enumerate(requests):
            if number % VISIT_EVERY == 0:
                outcome = await visit(f"{host}:{port}", stranger.random.choice(PAGES[:4]), stranger.query())
                statuses[outcome] += 1
            status = await status_of(host, port, request)
            statuses[status] += 1
            if status in ("500", "no answer"):
                print(status, request[:300])

    await asyncio.gather(*(work() for _ in range(at_once)))
    return statuses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="of a server on this machine")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if urlsplit(options.url).hostname not in ("127.0.0.1", "localhost"):
        parser.error("only a server on this machine is attacked: http://127.0.0.1:...")
    statuses = asyncio.run(attack(options.url, options.count, options.seed))
    rows = [[status, str(number)] for status, number in sorted(statuses.items())]
    print_table(f"{options.count:,} hostile requests, seed {options.seed}", ["answered", "times"], rows)


if __name__ == "__main__":
    main()
