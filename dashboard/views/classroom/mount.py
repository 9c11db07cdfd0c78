"""What browsers show of a room: its own page, and the bar that stands on every page of whoever is in one."""

from dashboard.serving.assets import module_url
from dashboard.shell.components import register

BAR_MODULES = ("views/classroom/browser/begin.js",)
BAR_STYLES = (
    "views/classroom/browser/bar.css",
    "views/classroom/browser/questions/questions.css",
    "views/classroom/browser/questions/sheet.css",
    "views/classroom/browser/experiments/experiments.css",
    "views/classroom/browser/experiments/wall.css",
)
_mount = register("classroom")


def mount_classroom() -> None:
    """Show who one is in a room, or how to come into one."""
    _mount(key="classroom", data={"script": module_url("views/classroom/browser/main.js")})
