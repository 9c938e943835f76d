import dataclasses

from reference.choices import AliasKind, ProviderKind
from reference.models import Payer, Provider
from reference.selectors import payer_for_remittance
from reference.services import (
    PayerSeen,
    ProviderSeen,
    create_payer,
    ensure_payers,
    ensure_providers,
    remember_alias,
)


def test_a_file_names_its_payers_once(in_practice, django_assert_max_num_queries):
    seen = [
        PayerSeen("Aetna", "60054"),
        PayerSeen("AETNA INC.", "60054"),
        PayerSeen("Medicare Part B", "MDB"),
    ]
    first = ensure_payers(seen)
    assert first[seen[0]] == first[seen[1]] != first[seen[2]]
    with django_assert_max_num_queries(6):
        assert ensure_payers(seen) == first
    assert Payer.objects.get(id=first[seen[2]]).kind == "medicare_ffs"
    assert Payer.objects.get(id=first[seen[0]]).deadline_rules.count() == 3


def test_a_known_name_without_identifier_takes_the_files_identifier(in_practice):
    ours = create_payer(name="Cigna")
    [payer_id] = ensure_payers([PayerSeen("CIGNA", "62308")]).values()
    assert payer_id == ours.id
    assert Payer.objects.get(id=payer_id).payer_identifier == "62308"
    [other] = ensure_payers([PayerSeen("CIGNA", "99999")]).values()
    assert other != ours.id


def test_a_remittance_finds_its_payer_by_identifier_then_tax_number_then_name(in_practice):
    aetna = create_payer(name="Aetna", payer_identifier="60054", tax_id="066033492")
    create_payer(name="Aetna Better Health", payer_identifier="128VA", tax_id="066033492")
    assert payer_for_remittance(name="?", identifiers=["60054"]).payer == aetna
    assert payer_for_remittance(name="AETNA, INC.", tax_id="1066033492").payer == aetna
    both = payer_for_remittance(name="Unheard of", tax_id="1066033492")
    assert both.payer is None
    assert len(both.candidates) == 2
    assert payer_for_remittance(name="the aetna co").payer == aetna
    assert payer_for_remittance(name="Aetna Life").payer is None
    remember_alias(payer=aetna, kind=AliasKind.NAME, written_as="Aetna Life")
    assert payer_for_remittance(name="AETNA LIFE").payer == aetna


def test_providers_are_found_by_npi_completed_and_never_overwritten(in_practice):
    doctor = ProviderSeen("1234567893", False, "Okafor", "Ada")
    [provider_id] = ensure_providers([doctor]).values()
    again = ProviderSeen("1234567893", False, "OKAFOR-SMITH", "Ada", taxonomy_code="207Q00000X")
    assert ensure_providers([again])[again] == provider_id
    provider = Provider.objects.get(id=provider_id)
    assert (provider.last_name, provider.taxonomy_code) == ("Okafor", "207Q00000X")
    clinic = ProviderSeen("", True, "Riverside Clinic")
    [clinic_id] = ensure_providers([clinic]).values()
    assert ensure_providers([clinic])[clinic] == clinic_id
    assert Provider.objects.get(id=clinic_id).kind == ProviderKind.ORGANIZATION


def test_an_address_is_learned_whole_and_only_where_there_is_none(in_practice):
    clinic = ProviderSeen("", True, "Riverside Clinic")
    [clinic_id] = ensure_providers([clinic]).values()
    told = dataclasses.replace(clinic, address_line="1 LAKE RD", city="SPRINGFIELD", postal_code="627011234")
    ensure_providers([told])
    ensure_providers(
        [dataclasses.replace(told, address_line="9 NEW RD", address_line_2="SUITE 2", state="IL")]
    )
    provider = Provider.objects.get(id=clinic_id)
    assert (provider.address_line, provider.city, provider.postal_code) == (
        "1 LAKE RD",
        "SPRINGFIELD",
        "627011234",
    )
    assert (provider.address_line_2, provider.state) == ("", "")


def test_how_claims_to_a_payer_are_marked_is_learned_once(in_practice):
    ensure_payers([PayerSeen("Medicare", "00952")])
    ensure_payers([PayerSeen("Medicare", "00952", filing_indicator="MB")])
    ensure_payers([PayerSeen("Medicare", "00952", filing_indicator="CI")])
    payer = Payer.objects.get(payer_identifier="00952")
    assert (payer.filing_indicator, payer.accepts_replacement) == ("MB", False)
