"""Every screen the stage knows, measured by axe-core (WCAG 2.2 AA and its good practice) in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.architecture.addresses import Objects, Unstaged, fill, practice_addresses
from tests.stage import set_stage

pytestmark = pytest.mark.django_db(transaction=True)
DOOR = ("/accounts/login/", "/accounts/password/reset/")
# A card swapped in while it is measured has no settled color. (A route would do, at the price of the browser's cache.)
WITHOUT_POLLS = """document.addEventListener("htmx:beforeRequest", (event) =>
  "X-Background" in event.detail.requestConfig.headers && event.preventDefault())"""
# In the light by every rule, then its colors in the dark. What still changes its color has none that could be read,
# and the rows of a long table are alike.
MEASURE = """async () => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(still);
  const page = {exclude: ["tbody:nth-of-type(n + 9)", "tbody > tr:nth-child(n + 9)"]};
  const manner = {resultTypes: ["violations"], preload: false};
  const found = (await axe.run(page, manner)).violations;
  document.documentElement.dataset.bsTheme = "dark";
  found.push(...(await axe.run(page, {...manner, runOnly: ["color-contrast"]})).violations);
  return found.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
}"""


def measure(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(MEASURE)


def whole_pages(person: Any) -> list[str]:
    """The addresses this person is answered at with a page of its own, each once."""
    objects, found = Objects(person.practice), []
    for address, view in practice_addresses():
        if not address.startswith("p/"):
            continue
        try:
            path = fill(address, view, person.practice, objects, person.person).path
        except Unstaged:
            continue
        answer = person.get(path)
        if answer.status_code == 200 and b"<!doctype html>" in b"".join(answer)[:100].lower():
            found.append(path)
    return found


def test_no_screen_shuts_anybody_out(sign_in: Any, signed_in: Any, new_page: Any) -> None:
    first = sign_in("SUPERVISOR")
    set_stage(first.practice, canary="OPENTO", claims=12)
    wrong, seen = {}, set()
    for person in (first, sign_in("AUDITOR"), sign_in("PRACTICE_ADMIN")):
        page = signed_in(person, reduced_motion="reduce")
        page.add_init_script(WITHOUT_POLLS)
        for path in whole_pages(person):
            if path not in seen:
                seen.add(path)
                page.goto(path)
                wrong[path] = measure(page)
    page = new_page(reduced_motion="reduce")
    for path in DOOR:
        page.goto(path)
        wrong[path] = measure(page)
    assert len(seen) > 50
    assert not any(wrong.values()), "\n".join(
        f"{path}: {one}" for path, found in wrong.items() for one in found
    )
