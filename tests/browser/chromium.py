"""Finds Chromium for the browser tests, or installs it by the system's package manager.

python tests/browser/chromium.py --install
"""

import os
import shutil
import subprocess
import sys
from functools import partial

WITHOUT_WINDOWS = "chromium-headless-shell"
# the same engine without windows, tool bars and their own pages, for about half of the processor's time
BARE = (WITHOUT_WINDOWS, "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
INSTALLERS = {
    "apt-get": [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", WITHOUT_WINDOWS]],
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


def find(bare: bool = True) -> str | None:
    """Path of a Chromium, or None; the variable CHROMIUM names one that stands elsewhere.

    Args:
        bare: rather one without windows; what a person's browser costs the machine is measured with a whole one.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    names = BARE + NAMES if bare else NAMES + BARE
    found = next(filter(None, map(shutil.which, names)), None)
    return found or (MAC if os.path.exists(MAC) else None)


def install() -> bool:
    """Install Chromium; says what a person has to do and returns False if that fails."""
    manager = next((name for name in INSTALLERS if shutil.which(name)), None)
    if manager is None:
        print(
            "The browser tests need Chromium, and no known package manager was found to install it. "
            "Install Chromium or Google Chrome, or set CHROMIUM to its path, then run this again."
        )
        return False
    needs_root = manager != "brew" and os.geteuid() != 0
    prefix = ["sudo"] if needs_root and shutil.which("sudo") else []
    for command in INSTALLERS[manager]:
        print("The browser tests need Chromium:", *prefix, *command, flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run = partial(subprocess.run, env=environment, stdout=subprocess.DEVNULL)
        code = run([*prefix, *command]).returncode
        if code and WITHOUT_WINDOWS in command:  # older systems know the whole browser alone
            command = [word.replace(WITHOUT_WINDOWS, "chromium") for word in command]
            code = run([*prefix, *command]).returncode
        if code and "update" not in command:
            print(f"That failed. Run “{' '.join(command)}” as an administrator, then run this again.")
            return False
    return True


def main() -> None:
    """Tell where it is; with --install, install it where it is missing.

    Where a whole browser is there, the bare one is added only if nobody has to be asked for a password.
    """
    if "--install" in sys.argv and "CHROMIUM" not in os.environ:
        bare_is_offered = shutil.which("apt-get") is not None and os.geteuid() == 0
        if find() is None or (bare_is_offered and not any(map(shutil.which, BARE))):
            install()
    path = find()
    if path is None:
        sys.exit("Chromium was not found. Install it, or set CHROMIUM to its path.")
    print(f"Chromium: {path}")


if __name__ == "__main__":
    main()
