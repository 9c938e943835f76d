"""How claims fare by day and payer: what was sent, accepted at first, failed and decided, and what became worse."""

import datetime

import pytest
from django.utils import timezone

from claims.models import Claim, ClaimDay
from claims.rules.trends import Share, Trend, trend
from claims.services import Adjudicated, count_days, count_settling, read_statuses, record_adjudication
from clearinghouse.models import ExchangeFile
from clearinghouse.services import bring_in
from reference.models import Payer
from tenancy.scope import organization_scope
from tests.factories.answers import status_report
from tests.factories.billing import make_claim, make_providers
from tests.factories.claims import Person, SentClaim, file_837, import_bytes

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((60, 100), (90, 100), Trend.WORSE),
        ((95, 100), (70, 100), Trend.BETTER),
        ((88, 100), (90, 100), Trend.STEADY),
        ((17, 20), (18, 20), Trend.STEADY),
        ((0, 19), (100, 100), Trend.UNKNOWN),
        ((0, 0), (0, 0), Trend.UNKNOWN),
        ((100, 100), (100, 100), Trend.STEADY),
    ],
)
def test_a_rate_is_worse_only_beyond_chance(now, before, said):
    assert trend(Share(*now), Share(*before)) is said


def sent(on, *numbers, answered=True):
    """Claims another system sent that day; those whose number begins with R were rejected by the payer."""
    claims = [SentClaim(number=one, person=Person(member_id=f"M{one}", mrn=one)) for one in numbers]
    control = f"{int(f'{on:%y%m%d}'):09}"
    content = file_837(*claims, created=f"{on:%Y%m%d}", control=control)
    import_bytes(content)
    if answered:
        said = {one: [("A7", "562", "85")] if one.startswith("R") else [("A2", "20")] for one in numbers}
        name = f"{on}.277"
        bring_in(name=name, content=status_report(content, said, source="PR"), source="API", at=NOW)
        read_statuses(file_id=ExchangeFile.objects.get(name=name).id, at=NOW)


def counted(day):
    row = ClaimDay.objects.get(day=day)
    return row.sent, row.accepted, row.rejected, row.decided, row.denied


class TestCounting:
    def test_a_day_says_what_became_of_what_was_sent_on_it(self, in_practice):
        sent(TODAY - 3 * DAY, "A1", "A2", "R1")
        sent(TODAY - 2 * DAY, "W1", "W2", answered=False)
        decided = Claim.objects.get(patient_control_number="W1")
        record_adjudication([Adjudicated(decided.id, "DENIED", "I1", adjudicated_on=TODAY - DAY)])
        for _ in range(2):
            assert count_settling(at=NOW) == 3
        assert counted(TODAY - 3 * DAY) == (3, 2, 1, 0, 0)
        assert counted(TODAY - 2 * DAY) == (2, 1, 0, 0, 0)
        assert counted(TODAY - DAY) == (0, 0, 0, 1, 1)

    def test_edits_count_once_a_claim_clean_or_not(self, practice, run_jobs):
        with organization_scope(practice.pk):
            providers = make_providers()
            for number in range(2):
                make_claim(providers, mrn=f"R{number}", on=TODAY, at=NOW)
        run_jobs()
        with organization_scope(practice.pk):
            count_settling(at=NOW)
            assert list(ClaimDay.objects.values_list("edited", "passed", "sent")) == [(2, 2, 0)]


@pytest.fixture
def year(practice):
    """Twenty-five claims five weeks ago, all accepted; twenty-five last week, of which ten were rejected."""
    with organization_scope(practice.pk):
        sent(TODAY - 35 * DAY, *(f"A{number:02}" for number in range(25)))
        sent(
            TODAY - 7 * DAY,
            *(f"B{number:02}" for number in range(15)),
            *(f"R{number:02}" for number in range(10)),
        )
        count_days(first=TODAY - 60 * DAY, last=TODAY)
        return Payer.objects.get()


def test_what_became_worse_is_marked_with_its_rule(year, biller):
    page = biller.get(biller.at("claims/dashboard/")).content.decode()
    assert "60.0 %" in page
    assert "before 100.0 %" in page
    assert page.count("worse") >= 2
    assert "at least 20 claims in each of the two spans" in page
    assert "25 sent, 15 accepted, 10 rejected, 0 not answered" in page
    failed = f"claims/?payer={year.id}&amp;submission=SYNTAX_REJECTED"
    assert failed in page
    listed = biller.get(biller.at(f"claims/?payer={year.id}&submission=PAYER_REJECTED")).content.decode()
    assert "R00" in listed


def test_it_asks_for_the_days_and_payers_alone(year, biller, django_assert_max_num_queries):
    biller.get(biller.at("claims/dashboard/"))
    with django_assert_max_num_queries(11):
        biller.get(biller.at("claims/dashboard/"))


def test_who_may_see_claims_sees_it_whole_or_not_at_all(year, practice, reader, stranger, sign_in):
    assert reader.get(reader.at("claims/dashboard/")).status_code == 200
    assert sign_in("FRONT_DESK").get(reader.at("claims/dashboard/")).status_code == 403
    assert stranger.get(f"/p/{practice.pk}/claims/dashboard/").status_code == 404
    assert "0 rejected" in stranger.get(stranger.at("claims/dashboard/")).content.decode()
