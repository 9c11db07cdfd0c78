"""The page of text."""

from dashboard.shell.services import Services


def show(services: Services) -> None:
    """The page."""
