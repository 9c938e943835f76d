"""Questions in the shape programs send them, and answers in ours."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from eligibility.choices import RELATIONSHIPS
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.rules.answers import WHOLE_PLAN
from eligibility.rules.asking import Person, Question
from eligibility.rules.next_steps import next_steps
from eligibility.selectors import newest_answer
from eligibility.services.artifacts import token_for
from tenancy.api import moment_of, scope_of

CODES = {"spouse": "01", "child": "19", "other": "G8"}
"""INS02 by relationship."""


class AskedProviderSerializer(serializers.Serializer):
    organizationName = serializers.CharField(max_length=60)  # noqa: N815 - the callers' spelling
    npi = serializers.RegexField(r"^\d{10}$")


class AskedPersonSerializer(serializers.Serializer):
    firstName = serializers.CharField(max_length=35, required=False, default="")  # noqa: N815
    lastName = serializers.CharField(max_length=60, required=False, default="")  # noqa: N815
    dateOfBirth = serializers.DateField(required=False, allow_null=True, default=None)  # noqa: N815
    gender = serializers.ChoiceField(choices=["F", "M"], required=False)


class AskedSubscriberSerializer(AskedPersonSerializer):
    memberId = serializers.CharField(min_length=2, max_length=80, required=False, default="")  # noqa: N815
    groupNumber = serializers.CharField(max_length=50, required=False)  # noqa: N815


class AskedDependentSerializer(AskedPersonSerializer):
    relationship = serializers.ChoiceField(choices=RELATIONSHIPS, default="other")


class AskedProcedureSerializer(serializers.Serializer):
    """HC is HCPCS and CPT, AD dental."""

    qualifier = serializers.ChoiceField(choices=["HC", "AD"], default="HC")
    code = serializers.RegexField(r"^[A-Z0-9]{3,15}$")
    modifiers = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z0-9]{2}$"), max_length=4, required=False, default=list
    )


class CheckSerializer(serializers.Serializer):
    """One question. In test mode it is answered by a test payer and never leaves the practice."""

    payerId = serializers.CharField(max_length=80, trim_whitespace=False)  # noqa: N815
    provider = AskedProviderSerializer()
    subscriber = AskedSubscriberSerializer()
    dependent = AskedDependentSerializer(required=False)
    serviceTypes = serializers.ListField(  # noqa: N815
        child=serializers.RegexField(r"^[A-Z0-9]{1,2}$"),
        max_length=99,
        required=False,
        help_text="As in EQ01",
    )
    procedure = AskedProcedureSerializer(required=False)
    dateOfService = serializers.DateField(required=False)  # noqa: N815
    testMode = serializers.BooleanField(default=False)  # noqa: N815
    coverageId = serializers.UUIDField(  # noqa: N815
        required=False,
        help_text="The coverage on file that is meant: the question stands in that patient's record",
    )

    def validate_subscriber(self, value: dict[str, Any]) -> dict[str, Any]:
        if not value["memberId"] and not (value["lastName"] and value["dateOfBirth"]):
            raise serializers.ValidationError("Send memberId, or else lastName and dateOfBirth.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("procedure") and attrs.get("serviceTypes"):
            raise serializers.ValidationError(
                "Ask about serviceTypes or about a procedure: payers answer one."
            )
        return attrs

    def question(self, *, payer_name: str, today: Any) -> Question:
        said = self.validated_data
        dependent = said.get("dependent")
        return Question(
            payer_name=payer_name,
            payer_identifier=said["payerId"],
            provider_name=said["provider"]["organizationName"],
            provider_npi=said["provider"]["npi"],
            subscriber=_person(said["subscriber"]),
            dependent=_person(dependent) if dependent else None,
            relationship=CODES[dependent["relationship"]] if dependent else "",
            service_types=_service_types(said),
            service_on=said.get("dateOfService") or today,
            procedure=_procedure(said.get("procedure")),
        )


def _service_types(said: dict[str, Any]) -> tuple[str, ...]:
    if said.get("procedure"):
        return ()
    return tuple(dict.fromkeys(said.get("serviceTypes") or (WHOLE_PLAN,)))


def _procedure(said: dict[str, Any] | None) -> str:
    return ":".join((said["qualifier"], said["code"], *said["modifiers"])) if said else ""


def _person(said: dict[str, Any]) -> Person:
    return Person(
        said["lastName"], said["firstName"], said["dateOfBirth"], said.get("gender", ""), said.get("memberId", ""),
        said.get("groupNumber", ""),
    )  # fmt: skip


class ArtifactSerializer(serializers.Serializer):
    """An answer as it came, at an address that leads there for five minutes and needs no sign-in."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    sha256 = serializers.CharField()


class InquirySerializer(serializers.ModelSerializer):
    """A question and the newest answer to it; `answer` is null while there is none."""

    answer = serializers.SerializerMethodField()
    next_steps = serializers.SerializerMethodField()
    x12 = serializers.SerializerMethodField()

    class Meta:
        model = EligibilityInquiry
        fields: ClassVar[list[str]] = [
            "id", "state", "payer_identifier", "payer_id", "patient_id", "coverage_id", "service_types", "procedure",
            "service_on", "is_test", "trace_number", "asked_at", "answer", "next_steps", "x12",
        ]  # fmt: skip
        read_only_fields = fields

    def get_answer(self, inquiry: EligibilityInquiry) -> dict[str, Any] | None:
        """Status, outcome, plans, benefits with the segments they were read from; amounts in cents."""
        return self._newest.answer if self._newest else None

    @extend_schema_field(ArtifactSerializer(allow_null=True))
    def get_x12(self, inquiry: EligibilityInquiry) -> dict[str, Any] | None:
        if self._newest is None or not self._newest.content:
            return None
        request = self.context["request"]
        token, until = token_for(self._newest, scope=scope_of(request), at=moment_of(request))
        url = request.build_absolute_uri(reverse("api:eligibility-artifact", args=[token]))
        return dict(ArtifactSerializer({"url": url, "expires_at": until, "sha256": self._newest.sha256}).data)

    @cached_property
    def _newest(self) -> EligibilityResponse | None:
        return newest_answer(self.instance) if self.instance else None

    def get_next_steps(self, inquiry: EligibilityInquiry) -> list[dict[str, Any]]:
        """What a person should do now: the kind, in words, and the field to mend or the day where there is one."""
        if self._newest is None:
            return []
        on = localdate(self._newest.received_at)
        return [
            {"kind": one.kind.value, "words": one.words, "field": one.field, "on": one.on}
            for one in next_steps(self._newest.read(), on=on)
        ]


class InquiryRowSerializer(serializers.ModelSerializer):
    status = serializers.CharField(source="last_status", allow_null=True, read_only=True)

    class Meta:
        model = EligibilityInquiry
        fields: ClassVar[list[str]] = [
            "id", "state", "status", "payer_identifier", "payer_id", "patient_id", "coverage_id", "service_types",
            "procedure", "service_on", "is_test", "trace_number", "asked_at",
        ]  # fmt: skip
        read_only_fields = fields
