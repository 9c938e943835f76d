"""What the Django admin shows of each app, under the permissions of the app's own pages.

Records are read here and changed on their own pages; only the practice's own settings and its locations are edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models

from audit import models as audit
from claims import models as claims
from clearinghouse import models as clearinghouse
from denials import models as denials
from eligibility import models as eligibility
from ledger import models as ledger
from patients import models as patients
from reference import models as reference
from remittances import models as remittances
from tenancy.admin import ScopedModelAdmin
from tenancy.models import ApiToken, Engagement, Grant, Location, Organization, OutboxMessage, Person
from workbench import models as workbench

_IN_LISTS = (models.CharField, models.DateField, models.IntegerField, models.BooleanField, models.UUIDField)
_COLUMNS = 7


def show(
    model: type[models.Model],
    permission: str,
    *,
    practice: str | None = None,
    hidden: Sequence[str] = (),
    edit_permission: str | None = None,
    editable: Sequence[str] = (),
) -> None:
    """Register a page. `practice` is the lookup to the practice where the model has no organization of its own."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
    shown = [field.name for field in fields if field.name not in hidden]
    attributes: dict[str, Any] = {
        "view_permission": permission,
        "edit_permission": edit_permission,
        "practice_lookup": practice,
        "list_display": _columns(fields, hidden),
        "fields": list(editable) or shown,
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (ScopedModelAdmin,), attributes))


def _columns(fields: Sequence[models.Field[Any, Any]], hidden: Sequence[str]) -> list[str]:
    """Plain columns only: a key would fetch one row more for every line."""
    plain = [
        field.name
        for field in fields
        if isinstance(field, _IN_LISTS) and not field.is_relation and field.name not in hidden
    ]
    return plain[:_COLUMNS]


READ_ONLY: dict[str, tuple[type[models.Model], ...]] = {
    "patients.view_patient": (
        patients.Patient,
        patients.Guarantor,
        patients.Coverage,
        patients.Encounter,
        patients.Diagnosis,
        patients.Charge,
        patients.PatientHistory,
    ),
    "claims.view_claim": (claims.Claim, claims.ClaimVersion, claims.ClaimLine),
    "eligibility.view_inquiry": (
        eligibility.EligibilityInquiry,
        eligibility.InquiryAttempt,
        eligibility.EligibilityResponse,
        eligibility.ManualVerification,
        eligibility.EligibilityBatch,
        eligibility.BatchRow,
        eligibility.RecheckRule,
    ),
    "ledger.view_ledger": (ledger.JournalEntry, ledger.Posting, ledger.AccountBalance),
    "clearinghouse.view_file": (
        clearinghouse.ExchangeFile,
        clearinghouse.FileArrival,
        clearinghouse.Interchange,
        clearinghouse.InterchangeSet,
    ),
    "clearinghouse.view_partner": (
        clearinghouse.TradingPartner,
        clearinghouse.Connection,
        clearinghouse.DeliveryAttempt,
        clearinghouse.PayerRoute,
        clearinghouse.Enrolment,
    ),
    "remittances.view_remittance": (
        remittances.Remittance,
        remittances.RemitClaim,
        remittances.RemitLine,
        remittances.RemitAdjustment,
        remittances.ProviderAdjustment,
        remittances.PayerReceivable,
        remittances.MatchCandidate,
        remittances.AdjudicationFact,
    ),
    "denials.view_denial": (
        denials.Denial,
        denials.DenialOccurrence,
        denials.DenialTransition,
        denials.Appeal,
        denials.WriteOff,
        denials.RoutingRule,
    ),
    "workbench.view_queue": (
        workbench.WorkQueue,
        workbench.WorkItem,
        workbench.WorkNote,
        workbench.BulkRun,
        workbench.ExportFile,
    ),
    "reference.view_reference": (
        reference.Payer,
        reference.PayerAlias,
        reference.Credentialing,
        reference.Provider,
        reference.DeadlineRule,
    ),
    "audit.view_audit": (
        audit.AuditEvent,
        audit.RowChange,
        audit.DomainEvent,
        audit.SealVerification,
        audit.AuditExport,
    ),
}
for permission, pages in READ_ONLY.items():
    for model in pages:
        show(model, permission)

show(
    Organization,
    "tenancy.view_access",
    practice="id",
    edit_permission="tenancy.manage_access",
    editable=("name", "npi", "tax_id", "time_zone", "require_second_factor"),
)
show(
    Location,
    "reference.view_reference",
    practice="organization",
    edit_permission="reference.edit_reference",
    editable=("name", "npi", "address_line", "city", "state", "postal_code", "place_of_service", "is_active"),
)
show(
    Person,
    "tenancy.view_access",
    practice="grants__practice",
    hidden=("password", "is_superuser", "is_staff", "access_stamp"),
)
show(Grant, "tenancy.view_access", practice="practice")
show(Engagement, "tenancy.view_access", practice="practice")
show(ApiToken, "tenancy.view_access", practice="practice", hidden=("digest",))
show(OutboxMessage, "tenancy.view_access", practice="organization")
