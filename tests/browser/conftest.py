"""A real Chromium against the real application: its own role, its own content policy, its own session rules."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from rcm_site.engines.binaries import chromium_program

# Playwright's loop runs in this thread; the tests' own queries are made between its calls, never inside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip
PATIENCE_MS = 20_000  # a small machine shared with a whole test run is slow, not broken
expect.set_options(timeout=PATIENCE_MS)
PASSWORD = "a-long-test-password"  # noqa: S105


@pytest.fixture(scope="session")
def playwright(django_db_setup: None) -> Iterator[Playwright]:
    """Under Playwright's loop Django keeps this thread's connections elsewhere: none may be left in either place."""
    connections.close_all()
    with sync_playwright() as driver:
        yield driver
        connections.close_all()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    program = chromium_program()
    assert program is not None
    browser = playwright.chromium.launch(executable_path=str(program), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session", autouse=True)
def no_kept_connections(django_db_setup: None) -> None:
    """Else the server's threads would keep their database from being replaced after the test."""
    for connection in connections.all():
        connection.settings_dict["CONN_MAX_AGE"] = 0


@pytest.fixture
def new_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page of its own session. Whatever the page complains of fails the test at its end."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(width: int = 1280, height: int = 800, theme: str = "light", **more: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, base_url=live_server.url, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        return page

    with override_settings(SECURE_SSL_REDIRECT=False):
        yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints


def is_complaint(said: Any) -> bool:
    """A refused inline style is one; an answer of 409 or 422 is what the test asked for."""
    return said.type == "error" and not re.search(r"status of 4|Status Error Code 4", said.text)


@pytest.fixture
def signed_in(new_page: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """A page in which the person of a test client (`biller`, `supervisor` …) has already signed in."""

    def opened(client: Any, **more: Any) -> Page:
        page = new_page(**more)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        return page

    return opened
