"""A person's own columns: hidden, put in another order, kept, and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tenancy.scope import organization_scope
from tests.factories.workbench import make_item
from workbench.columns import Column, arranged

ALL = (
    Column("claim", "Claim", is_fixed=True),
    Column("payer", "Payer", css="drop-3", width=300),
    Column("amount", "Amount", css="money", width=300),
    Column("billed", "Billed", css="money", is_extra=True),
)


def heads(client: Any, path: str = "work/manager/") -> list[str]:
    text = client.get(client.at(path)).content.decode()
    head = text[text.index("<thead>") : text.index("</thead>")]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<th.*?</th>", head, re.DOTALL)][1:]


@pytest.fixture
def one_item(practice: Any) -> None:
    with organization_scope(practice.pk):
        make_item(1)


def test_without_a_choice_all_but_the_extra_ones_are_shown():
    assert [column.key for column in arranged(ALL, [])] == ["claim", "payer", "amount"]


def test_what_stands_on_the_right_steps_back_first():
    shown = {column.key: column.css for column in arranged(ALL, ["claim", "amount", "payer", "billed"])}
    assert shown == {"claim": "", "amount": "money", "payer": "drop-2", "billed": "money drop-3"}


def test_the_column_that_names_the_row_cannot_be_hidden_and_unknown_ones_are_left_out():
    assert [column.key for column in arranged(ALL, ["amount", "secret"])] == ["claim", "amount"]


def test_a_choice_is_kept_for_the_person_who_made_it(one_item, biller, supervisor):
    biller.post(biller.at("work/manager/columns/"), {"column": ["due", "title", "amount"]})
    assert heads(biller) == ["Due", "What", "Amount"]
    assert len(heads(supervisor)) > 3
    biller.post(biller.at("work/manager/columns/"), {"original": "1", "column": ["due"]})
    assert len(heads(biller)) > 3


def test_a_row_that_changes_keeps_its_person_s_columns(one_item, biller):
    biller.post(biller.at("work/manager/columns/"), {"column": ["title", "owner"]})
    [row] = biller.get(biller.at("work/manager/")).context["rows"]
    answer = biller.post(
        biller.at(f"work/item/{row['item'].id}/claim/"),
        {"version": row["item"].version},
        headers={"HX-Request": "true", "HX-Target": "item"},
    )
    swapped = answer.content.decode().split("<template>")[1]
    assert biller.person.name in swapped
    assert swapped.count("<td") == 2  # the box and the owner


def test_a_stranger_s_queue_is_not_there(one_item, biller, stranger):
    assert stranger.post(biller.at("work/manager/columns/"), {"column": ["due"]}).status_code == 404


def test_the_filters_of_the_menu_find_what_they_say(practice, biller):
    with organization_scope(practice.pk):
        make_item(1, amount_cents=2_000_00), make_item(2, amount_cents=5_00)
    page = biller.get(biller.at("work/manager/"))
    addresses = {choice["label"]: choice["address"] for choice in page.context["more"]}
    found = {label: biller.get(address).context["rows"] for label, address in addresses.items()}
    assert [row["item"].amount_cents for row in found["Over $1,000, most first"]] == [2_000_00]
    assert len(found["Without a follow-up"]) == 2
    assert found["Escalated"] == []
    for address in addresses.values():
        answer = biller.get(address)
        assert not answer.context["asked"].problems
        assert sum(choice["is_current"] for choice in answer.context["more"]) == 1
