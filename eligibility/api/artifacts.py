from __future__ import annotations

from django.http import HttpResponse

from audit import services as audit
from eligibility import selectors
from eligibility.services.artifacts import Expired, NoSuchAddress, meant_by
from tenancy.access import PUBLIC, Request, requires
from tenancy.choices import ActorKind
from tenancy.programs import refusal
from tenancy.scope import organization_scope


@requires(PUBLIC)
def artifact(request: Request, token: str) -> HttpResponse:
    """An answer as it came, for whom its address was handed to. The address alone opens it, for five minutes."""
    if request.method not in ("GET", "HEAD"):
        return refusal(request, 405, f'Method "{request.method}" not allowed.')
    try:
        meant = meant_by(token, at=request.now)
    except NoSuchAddress:
        return refusal(request, 404, "Not found.")
    except Expired:
        return refusal(request, 410, "This address has expired. Read the check again for a new one.")
    with organization_scope(meant.practice_id, actor_kind=ActorKind.API, person_id=meant.person_id) as scope:
        response = selectors.answer_for(scope, meant.response_id)
        audit.record_view(
            subject=response.inquiry,
            patient_id=response.inquiry.patient_id,
            data={"tab": "x12", "by": "signed address"},
        )
        name = f"271-{response.inquiry.trace_number}.x12"
        return HttpResponse(
            bytes(response.content),
            content_type="application/edi-x12",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
