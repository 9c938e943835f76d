"""What stands around every page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def test_the_frame_names_practice_person_and_purpose(biller: Any) -> None:
    page = biller.get(biller.at()).content.decode()
    assert "Riverside Family Medicine" in page
    assert biller.person.name in page
    assert "Payment" in page
    assert "Biller" in page


def test_the_rail_shows_only_what_the_role_may_open(biller: Any, admin_person: Any) -> None:
    audit_line = 'data-key="g u"'
    assert audit_line not in biller.get(biller.at()).content.decode()
    denials_line = 'data-key="g d"'
    assert denials_line not in admin_person.get(admin_person.at()).content.decode()


def test_no_page_carries_inline_script_or_style(biller: Any, client: Any) -> None:
    for page in (biller.get(biller.at()), client.get(reverse("account_login")), client.get("/nowhere/")):
        text = page.content.decode()
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<style" not in text
        assert all("src=" in tag.split(">")[0] for tag in text.split("<script")[1:])


def test_the_sign_in_page_asks_for_what_is_needed_and_no_more(client: Any, db: None) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert 'name="login"' in page
    assert 'name="password"' in page
    assert 'id="rail"' not in page


def test_staying_signed_in_is_for_the_signed_in(biller: Any, client: Any) -> None:
    assert biller.get(reverse("keep_alive")).status_code == 204
    assert client.get(reverse("keep_alive")).status_code == 302


def test_an_address_that_is_not_there_says_what_next(client: Any, db: None) -> None:
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "Not here" in page.content.decode()
