"""Every screen the stage knows, measured by axe-core (WCAG 2.2 AA and its good practice) in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.architecture.addresses import Objects, Unstaged, fill, practice_addresses
from tests.stage import set_stage

pytestmark = pytest.mark.django_db(transaction=True)
DOOR = ("/accounts/login/", "/accounts/password/reset/")
GRAVE = ("serious", "critical")
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
# Measured while a button still changes its color, any color may be read.
COLORS_SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
  document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish()))"""
COLORS: dict[str, Any] = {"runOnly": ["color-contrast"], **EVERYTHING}


def without_polls(route: Any) -> None:
    """A card swapped in while it is measured has no settled color."""
    if "x-background" in route.request.headers:
        route.fulfill(status=204)
    else:
        route.continue_()


@pytest.fixture
def measure() -> Any:
    axe = Axe()

    def measured(page: Any) -> list[str]:
        """What is wrong with the page as it stands, then with its colors in the dark."""
        found = axe.run(page, options=EVERYTHING).response["violations"]
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.evaluate(COLORS_SETTLED)
        found += axe.run(page, options=COLORS).response["violations"]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        return [
            f"{one['id']}: {node['html'][:120]}"
            for one in found
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]

    return measured


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


def test_no_screen_shuts_anybody_out(sign_in: Any, signed_in: Any, new_page: Any, measure: Any) -> None:
    first = sign_in("SUPERVISOR")
    set_stage(first.practice, canary="OPENTO", claims=12)
    wrong, seen = {}, set()
    for person in (first, sign_in("AUDITOR"), sign_in("PRACTICE_ADMIN")):
        page = signed_in(person, reduced_motion="reduce")
        page.route("**/*", without_polls)
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
