"""What every endpoint of the API has in common: its errors, its pages, and the description of itself."""

import base64

import pytest
from django.core.management import call_command

from tests.factories.workbench import make_item

LISTS = (
    "patients", "encounters", "claims", "remittances", "remittances/payments", "remittances/receivables", "denials",
    "work-items", "payers", "providers", "adjustment-reason-codes", "remark-codes", "eligibility/checks",
)  # fmt: skip


def test_the_description_has_no_warning_and_is_valid(tmp_path, db):
    target = tmp_path / "schema.yml"
    call_command("spectacular", fail_on_warn=True, validate=True, file=str(target))
    words = target.read_text()
    assert "/api/v1/patients/:" in words
    assert "scheme: bearer" in words


@pytest.mark.parametrize("where", LISTS)
def test_an_unknown_filter_or_order_is_refused_by_name(where, biller):
    for name in ("nonsense", "ordering"):
        answer = biller.get(f"/api/v1/{where}/?{name}=1")
        assert answer.status_code == 400
        assert answer.json() == {name: ["There is no such filter."]}
    assert biller.get(f"/api/v1/{where}/?page_size=1").status_code == 200


@pytest.mark.parametrize("where", LISTS)
@pytest.mark.parametrize("position", ["1", "not-a-uuid-at-all"])
def test_a_made_up_cursor_is_not_found(where, position, biller):
    cursor = base64.b64encode(f"p={position}".encode()).decode()
    answer = biller.get(f"/api/v1/{where}/", {"cursor": cursor})
    assert answer.status_code == (200 if "codes" in where and position == "1" else 404)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("where", ["patients", "claims", "denials", "work-items", "remittances", "payers"])
@pytest.mark.parametrize("pk", ["-" * 36, "a" * 36, "x", "00000000-0000-4000-8000-000000000000"])
def test_an_id_that_is_none_is_not_found_in_the_programs_language(where, pk, biller):
    answer = biller.get(f"/api/v1/{where}/{pk}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_the_last_slash_may_be_left_out(biller, in_practice):
    """Of a POST too, which a redirect would lose."""
    assert biller.get("/api/v1/payers?q=none").json()["results"] == []
    answer = biller.post("/api/v1/patients/search", {"mrn": "R1"}, content_type="application/json")
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert biller.get("/api/v1/nonsense").json() == {"detail": "Not found."}


def test_an_address_nobody_has(biller):
    assert biller.get("/api/v1/nonsense/").json() == {"detail": "Not found."}
    assert biller.get("/nonsense/").headers["Content-Type"].startswith("text/html")


def test_pages_follow_each_other_and_hold_at_most_two_hundred(biller, in_practice):
    for number in range(1, 4):
        make_item(number)
    first = biller.get("/api/v1/work-items/?page_size=2").json()
    second = biller.get(first["next"]).json()
    assert [len(page["results"]) for page in (first, second)] == [2, 1]
    assert biller.get("/api/v1/work-items/?page_size=5000").status_code == 200


def test_the_page_of_the_api_needs_no_inline_style(biller):
    page = biller.get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"css/api.css" in page.content
