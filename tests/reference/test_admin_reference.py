import pytest

from audit.models import AuditEvent
from reference.models import AdjustmentReasonCode
from reference.services import create_payer
from tenancy.scope import organization_scope


@pytest.fixture
def staff(reader):
    reader.person.is_staff = True
    reader.person.save()
    return reader


def test_the_admin_shows_the_chosen_practice_only_and_changes_nothing(staff, practice, other_practice):
    with organization_scope(other_practice.pk):
        foreign = create_payer(name="Foreign Mutual")
    with organization_scope(practice.pk):
        payer = create_payer(name="Aetna")
    page = staff.get("/admin/reference/payer/").content.decode()
    assert "Aetna" in page
    assert "Foreign Mutual" not in page
    assert staff.get(f"/admin/reference/payer/{payer.pk}/change/").status_code == 200
    assert staff.get(f"/admin/reference/payer/{foreign.pk}/change/").status_code == 302
    assert staff.post(f"/admin/reference/payer/{payer.pk}/change/", {"name": "X"}).status_code == 403
    assert staff.get("/admin/reference/payer/add/").status_code == 403
    with organization_scope(practice.pk):
        verbs = list(AuditEvent.objects.filter(actor_id=staff.person.pk).values_list("verb", "subject_id"))
    assert ("reference.payer.viewed", payer.pk) in verbs
    assert ("reference.payer.searched", None) in verbs
    assert ("reference.payer.viewed", foreign.pk) not in verbs


@pytest.mark.parametrize(
    "name",
    ["provider", "payeralias", "deadlinerule", "adjustmentreasoncode", "remarkcode", "provideradjustmentcode",
     "claimstatuscode", "codesetimport"],
)  # fmt: skip
def test_every_list_opens(staff, name):
    assert staff.get(f"/admin/reference/{name}/").status_code == 200


def test_a_code_opens(staff):
    code = AdjustmentReasonCode.objects.get(code="197")
    assert staff.get(f"/admin/reference/adjustmentreasoncode/{code.pk}/change/").status_code == 200


def test_without_the_permission_there_is_nothing_to_see(sign_in):
    auditor = sign_in("AUDITOR")
    auditor.person.is_staff = True
    auditor.person.save()
    allowed = auditor.get("/admin/reference/payer/").status_code
    from tenancy.roles import ROLE_PERMISSIONS

    assert allowed == (200 if "reference.view_reference" in ROLE_PERMISSIONS["AUDITOR"] else 403)
