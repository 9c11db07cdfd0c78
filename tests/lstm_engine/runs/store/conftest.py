import pytest


@pytest.fixture
def url(any_url: str) -> str:
    """The store's tests run on both databases."""
    return any_url
