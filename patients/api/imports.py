"""Visits that another program hands over, many at once, by numbers of its own."""

from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from audit import services as audit
from patients import selectors, services
from patients.api.drafts import draft_again, draft_of_sent
from patients.api.manners import by_program
from patients.api.serializers import StrictSerializer
from patients.api.visits import PROVIDER_FIELDS, SentVisitSerializer
from patients.choices import BillingState, ReceivedAs
from patients.models import Encounter
from patients.rules.visits import PROFESSIONAL
from patients.services import PatientRefusal
from reference.models import Provider
from reference.rules.npi import is_valid_npi
from tenancy.api import moment_of, scope_of

MOST_VISITS = 200
NPI_FIELDS = {name.replace("_provider_id", "_npi"): name for name in PROVIDER_FIELDS}


class ImportedVisitSerializer(SentVisitSerializer):
    """One visit. `external_id` is the sender's number of it: the same number again is the same visit.

    The patient is named by `patient_id` or by record number (`mrn`), providers by id or by NPI. `is_ready` says that
    everything is entered.
    """

    external_id = serializers.CharField(max_length=50)
    patient_id = serializers.UUIDField(required=False)
    mrn = serializers.CharField(max_length=50, required=False)
    rendering_npi = serializers.CharField(max_length=10, required=False)
    billing_npi = serializers.CharField(max_length=10, required=False)
    referring_npi = serializers.CharField(max_length=10, required=False)
    supervising_npi = serializers.CharField(max_length=10, required=False)
    operating_npi = serializers.CharField(max_length=10, required=False)
    is_ready = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults = {}
        attrs["patient_id"], fault = self._patient(attrs)
        if fault:
            faults["patient_id" if "mrn" not in attrs else "mrn"] = [fault]
        for name, kept_as in NPI_FIELDS.items():
            if npi := attrs.pop(name, ""):
                attrs[kept_as], fault = _provider(npi)
                if fault:
                    faults[name] = [fault]
        attrs.pop("mrn", None)
        attrs.setdefault("claim_kind", PROFESSIONAL)
        if faults:
            raise serializers.ValidationError(faults)
        return super().validate(attrs)

    def _patient(self, attrs: dict[str, Any]) -> tuple[UUID | None, str]:
        visible = selectors.patients_visible_to(self.context["scope"])
        if "patient_id" in attrs:
            found = visible.filter(id=attrs["patient_id"])
        elif "mrn" in attrs:
            found = visible.filter(mrn=attrs["mrn"])
        else:
            return None, "Name the patient, by patient_id or by mrn."
        patient_id = found.values_list("id", flat=True).first()
        return patient_id, "" if patient_id else "No such patient is on file. Send the patient first."


def _provider(npi: str) -> tuple[UUID | None, str]:
    if not is_valid_npi(npi):
        return None, "Not an NPI: its last digit does not fit the others."
    found = Provider.objects.filter(npi=npi, is_active=True).values_list("id", flat=True).first()
    return found, "" if found else "No provider of this number is on file."


@extend_schema_field(ImportedVisitSerializer(many=True))
class VisitsField(serializers.ListField):
    """Each is read by itself, so that one that is wrong keeps none of the others back."""

    child = serializers.DictField()


class VisitImportSerializer(StrictSerializer):
    encounters = VisitsField(min_length=1, max_length=MOST_VISITS)


class VisitImportResultSerializer(serializers.Serializer):
    external_id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=ReceivedAs.choices)
    encounter_id = serializers.UUIDField(allow_null=True)
    billing_state = serializers.ChoiceField(choices=BillingState.choices, allow_blank=True)
    detail = serializers.CharField(help_text="Why a rule refused it.")
    fields = serializers.DictField(help_text="By field: what is wrong with it.")  # type: ignore[assignment]


class VisitImportAnswerSerializer(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = VisitImportResultSerializer(many=True)


def import_visits(request: Request) -> dict[str, Any]:
    sent = VisitImportSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    results = [_taken(request, one) for one in sent.validated_data["encounters"]]
    counts = {str(kind).lower(): 0 for kind in ReceivedAs}
    for one in results:
        counts[one["outcome"].lower()] += 1
    audit.record("patients.encounters.imported", data=counts)
    return {**counts, "results": results}


def _taken(request: Request, data: dict[str, Any]) -> dict[str, Any]:
    """What became of one visit. Whatever refuses it leaves nothing of it behind."""
    scope, number = scope_of(request), str(data.get("external_id", ""))[:50]
    facts = {"scope": scope, "on": localdate(moment_of(request))}
    try:
        with transaction.atomic():
            sent = ImportedVisitSerializer(data=data, context=facts)
            sent.is_valid(raise_exception=True)
            visit, outcome = _receive(request, dict(sent.validated_data))
    except serializers.ValidationError as wrong:
        return _result(number, ReceivedAs.REFUSED, fields=wrong.detail)
    except PatientRefusal as refusal:
        return _result(number, ReceivedAs.REFUSED, detail=str(refusal), fields=refusal.fields)
    return _result(number, outcome, visit)


def _receive(request: Request, asked: dict[str, Any]) -> tuple[Encounter, ReceivedAs]:
    patient = selectors.patient_for(scope_of(request), asked["patient_id"])
    visit, outcome = services.receive_visit(
        number=asked["external_id"],
        patient_id=patient.id,
        drafted=lambda there: draft_again(there, asked) if there else draft_of_sent(patient, asked),
        origin=by_program(request),
    )
    visit.refresh_from_db()
    if asked["is_ready"] and visit.billing_state == BillingState.OPEN:
        services.mark_ready(encounter_id=visit.id)
        visit.refresh_from_db()
    return visit, outcome


def _result(
    number: str,
    outcome: ReceivedAs,
    visit: Encounter | None = None,
    *,
    detail: str = "",
    fields: Any = MappingProxyType({}),
) -> dict[str, Any]:
    return {
        "external_id": number,
        "outcome": outcome.value,
        "encounter_id": visit.id if visit else None,
        "billing_state": visit.billing_state if visit else "",
        "detail": detail,
        "fields": fields,
    }
