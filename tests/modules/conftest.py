"""The pure ES modules, without a page of the app: each is imported in Chromium, and expressions are computed in it."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

DASHBOARD = Path(__file__).parents[2] / "dashboard"
ORIGIN = "http://modules.test"
COMPUTE = """async ([paths, expression, given]) => {
  const modules = await Promise.all(paths.map((path) => import(path)));
  const scope = Object.assign({}, ...modules, given);
  return await new Function(...Object.keys(scope), `return (${expression})`)(...Object.values(scope));
}"""

Module = Callable[..., Any]


def serve(route: Route) -> None:
    """What the app's route of modules would give."""
    path = DASHBOARD / urlsplit(route.request.url).path.lstrip("/")
    if path.suffix == ".js" and path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


@pytest.fixture(scope="session")
def modules_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route(f"{ORIGIN}/**", serve)
    page.goto(ORIGIN)
    yield page
    page.close()


@pytest.fixture
def module(modules_page: Page) -> Callable[..., Module]:
    """``module("browser/format.js", ...)`` gives a function that computes an expression of what these export."""

    def module(*paths: str) -> Module:
        def compute(expression: str, **given: Any) -> Any:
            return modules_page.evaluate(COMPUTE, [[f"{ORIGIN}/{path}" for path in paths], expression, given])

        return compute

    return module


@pytest.fixture
def generator(request: pytest.FixtureRequest) -> random.Random:
    """Draws the same in every run of a test."""
    return random.Random(request.node.name)
