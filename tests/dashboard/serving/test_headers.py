"""What may show the app in a frame."""

import logging

import pytest

from dashboard.serving.headers import EMBED_VARIABLE, embed_origins, policy, security_headers


@pytest.fixture
def embedding(monkeypatch):
    """Sets which sites may, as whoever starts the server does."""

    def embed(named: str | None) -> None:
        if named is None:
            monkeypatch.delenv(EMBED_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(EMBED_VARIABLE, named)
        embed_origins.cache_clear()
        security_headers.cache_clear()

    yield embed
    monkeypatch.undo()
    embed_origins.cache_clear()
    security_headers.cache_clear()


def frame_ancestors() -> str:
    return next(rule for rule in policy().split("; ") if rule.startswith("frame-ancestors"))


@pytest.mark.parametrize("named", [None, "", "  ,"])
def test_no_other_site_may_unless_it_is_named(embedding, named):
    embedding(named)
    assert frame_ancestors() == "frame-ancestors 'self'"
    assert security_headers()["X-Frame-Options"] == "SAMEORIGIN"


def test_sites_that_are_named_may(embedding):
    embedding("https://course.example/, https://*.school.example:8443 http://localhost:3000")
    origins = ["https://course.example", "https://*.school.example:8443", "http://localhost:3000"]
    assert embed_origins() == origins
    assert frame_ancestors() == f"frame-ancestors 'self' {' '.join(origins)}"
    assert "X-Frame-Options" not in security_headers()  # it knows no list, and would refuse them all


@pytest.mark.parametrize(
    "named",
    [
        "*",
        "https:",
        "'none'",
        "course.example",
        "https://a.example/page",
        "https://a;script-src",
        "javascript:x",
        "data:",
    ],
)
def test_what_is_no_site_is_left_out_and_told(embedding, caplog, named):
    embedding(f"{named} https://b.example")
    with caplog.at_level(logging.WARNING):
        assert embed_origins() == ["https://b.example"]
    assert "which is no origin and is left out" in caplog.text
    assert "script-src 'self' blob:" in policy()
    assert ";script-src" not in policy()
