import pytest

from tests.factories.workbench import make_item
from workbench import kinds
from workbench.kinds import UnknownKind, WorkKind, kind_of, register


def test_an_item_leads_to_what_it_is_about(denied, biller, in_practice):
    denial = denied()
    item = make_item(1, subject=denial, category="deadline_passed")
    page = biller.get(biller.at(f"work/item/{item.pk}/")).content.decode()

    assert f"/denials/{denial.pk}/" in page
    assert "Deadline passed" in page


def test_a_kind_is_registered_once():
    kind = kind_of("MANAGER")
    register(kind)
    with pytest.raises(ValueError, match="twice"):
        register(
            WorkKind(key="MANAGER", label="x", plural="x", slug="x", view_permission="workbench.view_queue")
        )


def test_an_unknown_kind_is_an_error():
    with pytest.raises(UnknownKind):
        kind_of("NOTHING_SUCH")


def test_slugs_tell_kinds_apart():
    slugs = [kind.slug for kind in kinds.all_kinds()]
    assert len(slugs) == len(set(slugs))
