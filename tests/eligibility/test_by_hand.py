"""What a portal shows or a voice says is an answer like any other: marked, proved, and compared with the one before."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audit.models import AuditEvent
from eligibility.fhir.faces import FACES
from eligibility.models import EligibilityInquiry, EligibilityResponse, ManualVerification
from tenancy.scope import organization_scope
from tests.eligibility.fhir_support import faults_of
from tests.factories.eligibility import ACTIVE, answered
from tests.factories.patients import make_coverage, make_patient

TODAY = timezone.now().date()
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def front_desk(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def coverage(practice):
    with organization_scope(practice.pk):
        return make_coverage(make_patient(mrn="R1"))


def said(**changes):
    return {
        "how": "PHONE", "spoke_with": "Dana", "reference_number": "REF-7", "service_on": TODAY.isoformat(),
        "service_type": "98", "status": "ACTIVE", "plan_name": "Gold", "copay_cents": "40.00",
        "deductible_cents": "1500", "deductible_left_cents": "0", "once": "k1", **changes,
    }  # fmt: skip


def write(who, coverage, **changes):
    return who.post(who.at(f"eligibility/by-hand/{coverage.pk}/"), said(**changes))


def test_what_was_told_stands_like_an_answer_and_is_marked(front_desk, reader, coverage, practice):
    assert (
        "What was not said stays empty"
        in front_desk.get(front_desk.at(f"eligibility/by-hand/{coverage.pk}/")).content.decode()
    )
    answer = write(front_desk, coverage, evidence=SimpleUploadedFile("..\\x.html", PNG, "text/html"))
    page = front_desk.get(answer.url).content.decode()

    assert answer.status_code == 302
    for words in (
        "Verified by hand",
        "with Dana",
        "REF-7",
        "Active",
        "$40.00",
        "$0.00 left",
        "$1,500.00 spent",
    ):
        assert words in page
    assert "The answer as it came" not in page
    proof = reader.get(f"{answer.url}evidence/")
    assert (bytes(proof.content), proof.headers["Content-Type"]) == (PNG, "image/png")
    assert proof.headers["Content-Disposition"].startswith('attachment; filename="H')
    assert proof.headers["X-Content-Type-Options"] == "nosniff"
    with organization_scope(practice.pk):
        kept = EligibilityResponse.objects.get().read()
        assert (kept.status, [row.value.cents for row in kept.benefits]) == ("ACTIVE", [4000, 150000, 0])
        assert ManualVerification.objects.get().verified_by_id == front_desk.person.pk
        assert AuditEvent.objects.filter(verb="eligibility.inquiry.recorded").count() == 1
    history = front_desk.get(front_desk.at(f"eligibility/of-patient/{coverage.patient_id}/")).content.decode()
    assert "verified by hand" in history


def test_what_was_not_said_is_not_there(front_desk, coverage, practice):
    write(
        front_desk, coverage, how="PORTAL", status="UNDETERMINED", copay_cents="", deductible_cents="",
        deductible_left_cents="", plan_name="",
    )  # fmt: skip
    with organization_scope(practice.pk):
        kept = EligibilityResponse.objects.get().read()
    assert (kept.status, kept.plans, kept.benefits, kept.messages) == ("UNDETERMINED", (), (), ())


@pytest.mark.parametrize("face", FACES)
def test_it_is_a_true_fhir_resource_without_a_file(front_desk, coverage, practice, face):
    write(front_desk, coverage)
    with organization_scope(practice.pk):
        inquiry, answer = EligibilityInquiry.objects.get(), EligibilityResponse.objects.get()
        said = FACES[face].request(inquiry), FACES[face].response(answer)
    assert not any("edi-x12" in str(resource) for resource in said)
    # The compatible shape writes empty what it has nothing for, as the one it is compatible with.
    assert face == "compat" or not any(faults_of(resource) for resource in said)


def test_it_is_compared_with_the_answer_before(front_desk, coverage, practice):
    with organization_scope(practice.pk):
        before = answered(coverage, ACTIVE, on=TODAY, at=timezone.now() - datetime.timedelta(days=3))
        EligibilityInquiry.objects.filter(pk=before.pk).update(is_test=False)
    page = front_desk.get(
        write(front_desk, coverage, status="INACTIVE", ends_on="2026-01-31").url
    ).content.decode()
    assert "Not active" in page and "Before, it was active." in page


def test_the_same_form_twice_is_one(front_desk, coverage, practice):
    assert write(front_desk, coverage).url == write(front_desk, coverage).url
    assert write(front_desk, coverage, status="INACTIVE").status_code == 422
    with organization_scope(practice.pk):
        assert EligibilityInquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spoke_with": ""}, "Write whom you spoke with."),
        ({"status": "MAYBE"}, "not one of the available choices"),
        ({"copay_cents": "-1"}, "greater than or equal to 0"),
        ({"coinsurance": "120"}, "less than or equal to 100"),
        ({"deductible_left_cents": "2000"}, "More is left than there is."),
        ({"begins_on": "2026-02-01", "ends_on": "2026-01-01"}, "ends before it begins"),
        ({"evidence": SimpleUploadedFile("a.pdf", b"<script>")}, "Only PDF, PNG and JPEG"),
        ({"evidence": SimpleUploadedFile("a.pdf", b"")}, "The submitted file is empty."),
        ({"evidence": SimpleUploadedFile("a.pdf", b"%PDF-1.7 /JavaScript (x)")}, "holds scripts"),
        ({"evidence": SimpleUploadedFile("a.png", PNG + b"\0" * (4 << 20))}, "4 MB at most"),
    ],
    ids=["nobody", "status", "negative", "share", "left", "days", "type", "empty", "script", "large"],
)
def test_what_cannot_be_is_said_at_its_field(front_desk, coverage, practice, changes, words):
    answer = write(front_desk, coverage, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_readers_write_nothing_and_strangers_see_nothing(front_desk, reader, stranger, coverage):
    kept = write(front_desk, coverage, evidence=SimpleUploadedFile("a.png", PNG)).url
    assert write(reader, coverage).status_code == 403
    assert write(stranger, coverage).status_code == 404
    for path in (kept, f"{kept}evidence/"):
        assert stranger.get(stranger.at(path.split("/", 3)[3])).status_code == 404
