"""What compose.yaml starts, without containers: two app servers on one PostgreSQL behind a real nginx."""

import re
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.browser.server import ROOT, AppServer
from tests.postgres import PostgresServer

CONFIGURATION = ROOT / "docs" / "nginx.conf"
PLACES = ("172.31.77.11:8501", "172.31.77.12:8501")  # of the app servers, as compose.yaml has them
TOKEN = "the token of this school's metrics"
COOKIE_SECRET = "what all servers of this school sign with"


def nginx() -> str | None:
    """The program, if this machine has it."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


class SchoolServer(AppServer):
    """One of several app servers on a database of a server's."""

    def __init__(self, folder: Path, url: str):
        folder.mkdir()
        super().__init__(folder)
        self.shared_url = url

    @property
    def database_url(self) -> str:
        return self.shared_url


class School:
    """Started when it is made.

    Args:
        folder: for logs. port: of the proxy.

    Attributes:
        servers: by the name that the proxy has for them.
    """

    def __init__(self, folder: Path, port: int):
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.postgres = PostgresServer()
        self.database_url = self.postgres.new_database()
        self.servers = {name: SchoolServer(folder / name, self.database_url) for name in ("app1", "app2")}
        self.proxy: subprocess.Popen[bytes] | None = None
        for server in self.servers.values():
            server.start()
        self.start_proxy(port)

    def start_proxy(self, port: int) -> None:
        """nginx as compose.yaml has it, but for addresses."""
        text = CONFIGURATION.read_text("utf-8")
        for place, server in zip(PLACES, self.servers.values(), strict=True):
            assert place in text
            text = text.replace(place, f"127.0.0.1:{server.port}")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
        text = text.replace("/tmp/nginx.pid", str(self.folder / "nginx.pid"))
        configuration = self.folder / "nginx.conf"
        configuration.write_text(text)
        program = nginx()
        assert program is not None
        with (self.folder / "nginx.log").open("ab") as log:
            command = [program, "-c", str(configuration), "-g", "daemon off;"]
            self.proxy = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while self.status(f"{self.url}/healthz") != 200:
            assert time.monotonic() < deadline, (self.folder / "nginx.log").read_text()
            time.sleep(0.05)

    def status(self, url: str) -> int:
        """Of an answer; 0 for none."""
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def metric(self, name: str, server: str) -> float:
        """What a server says in its metrics."""
        request = urllib.request.Request(
            f"{self.servers[server].url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            found = re.search(rf"^{re.escape(name)} (\S+)$", response.read().decode(), re.MULTILINE)
        assert found, name
        return float(found[1])

    def stop(self) -> None:
        """Stop all that was started."""
        if self.proxy is not None:
            self.proxy.send_signal(signal.SIGTERM)
            self.proxy.wait(timeout=20)
        for server in self.servers.values():
            if server.process is not None and server.process.poll() is None:
                server.stop(kill=True)
        self.postgres.stop()
