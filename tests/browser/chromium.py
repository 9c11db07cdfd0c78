"""Finds Chromium for the browser tests, or installs it by the system's package manager.

python tests/browser/chromium.py --install
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
INSTALLERS = {
    "apt-get": [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]],
    "dnf": [["dnf", "install", "-y", "-q", "chromium"]],
    "pacman": [["pacman", "-Sy", "--noconfirm", "chromium"]],
    "apk": [["apk", "add", "chromium"]],
    "brew": [["brew", "install", "--cask", "chromium"]],
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """Path of a Chromium, or None; the variable CHROMIUM names one that stands elsewhere."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MAC if os.path.exists(MAC) else None)


def install() -> None:
    """Install Chromium, or say what a person has to do."""
    manager = next((name for name in INSTALLERS if shutil.which(name)), None)
    if manager is None:
        sys.exit(
            "The browser tests need Chromium, and no known package manager was found to install it. "
            "Install Chromium or Google Chrome, or set CHROMIUM to its path, then run this again."
        )
    needs_root = manager != "brew" and os.geteuid() != 0
    prefix = ["sudo"] if needs_root and shutil.which("sudo") else []
    for command in INSTALLERS[manager]:
        print("The browser tests need Chromium:", *prefix, *command, flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        code = subprocess.run([*prefix, *command], env=environment, stdout=subprocess.DEVNULL).returncode
        if code and "update" not in command:
            sys.exit(f"That failed. Run “{' '.join(command)}” as an administrator, then run this again.")


if __name__ == "__main__":
    if find() is None and "--install" in sys.argv:
        install()
    path = find()
    if path is None:
        sys.exit("Chromium was not found. Install it, or set CHROMIUM to its path.")
    print(f"Chromium: {path}")
