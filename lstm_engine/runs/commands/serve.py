"""``serve``: open the app on a store."""

import argparse
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from lstm_engine.errors import SettingsError
from lstm_engine.runs.commands.exits import INTERRUPTED
from lstm_engine.runs.store.address import DATABASE_VARIABLE

HERE, EVERYWHERE = "localhost", "0.0.0.0"


def add_serve(commands: Any, common: argparse.ArgumentParser, number: Any) -> None:
    """The command and its options."""
    parser = commands.add_parser("serve", parents=[common], help="open the app: for this machine, or for a class")
    parser.add_argument("--port", type=number, default=8501, help="(%(default)s)")
    parser.add_argument("--shared", action="store_true", help="let others in, as visitors; see the README")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.set_defaults(command=serve_command, opens_store=False)


def serve_command(options: argparse.Namespace) -> int:
    """Run the app until it is stopped.

    Raises:
        SettingsError: it is not installed, or the port is not to be had.
    """
    found = importlib.util.find_spec("dashboard")
    script = None if found is None or not found.submodule_search_locations else found.submodule_search_locations[0]
    if script is None or importlib.util.find_spec("streamlit") is None:
        raise SettingsError("The app is not installed here; “make run” in the project's folder sets it up.")
    address = EVERYWHERE if options.shared else HERE
    if not 0 < options.port < 65_536:
        raise SettingsError(f"--port is {options.port}, expected a whole number from 1 to 65,535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, options.port))
        except OSError as error:
            raise SettingsError(
                f"Nothing can listen at port {options.port}: {error.strerror or error}. End what listens there, or "
                "name another with --port."
            ) from error
    environment = {**os.environ, DATABASE_VARIABLE: options.database}
    if options.shared:
        environment["LSTM_MODE"] = "shared"
    headless = "true" if options.no_browser or options.shared else "false"
    line = [sys.executable, "-m", "streamlit", "run", str(Path(script) / "app.py"), "--server.address", address]
    line += ["--server.port", str(options.port), "--server.headless", headless]
    server = subprocess.Popen(line, env=environment)
    try:
        return server.wait()
    except KeyboardInterrupt:  # it has heard it as well, and lets its workers save
        server.wait()
        return INTERRUPTED
