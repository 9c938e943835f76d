"""What was rejected or lost, sent again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from claims import selectors, services
from claims.selectors.tickets import KIND as TICKETS_KIND
from claims.services.rejections import KIND
from clearinghouse.selectors.partners import interchange_for
from tenancy.access import NotFound, Request, requires
from workbench import selectors as work
from workbench import worklist
from workbench.kinds import kind_of
from workbench.models import WorkItem
from workbench.services import Refusal


@requires("claims.send_claim")
@require_POST
def send_again(request: Request, item_id: UUID) -> HttpResponse:
    """Built anew from what stands on file; what has not changed goes as it was."""
    return _again(request, item_id, KIND)


@requires("claims.send_claim")
@require_POST
def send_lost(request: Request, item_id: UUID) -> HttpResponse:
    """The same for a claim that nobody answers for."""
    return _again(request, item_id, TICKETS_KIND)


def _again(request: Request, item_id: UUID, of_kind: str) -> HttpResponse:
    item, kind = work.work_item_for(request.scope, item_id), kind_of(of_kind)
    if item.kind != of_kind:
        raise NotFound
    try:
        with transaction.atomic():
            words = _send(request, item)
    except (services.CannotResend, Refusal) as refusal:
        return worklist.refused(request, item, kind, Refusal(str(refusal)))
    return worklist.changed(request, work.work_item_for(request.scope, item_id), kind, words=words)


def _send(request: Request, item: WorkItem) -> str:
    assert item.subject_id is not None
    if item.kind == KIND and item.subject_type == "clearinghouse.interchange":
        interchange = interchange_for(request.scope, item.subject_id)
        count = services.resend_interchange(interchange=interchange, at=request.now)
        return f"{count} claims go again."
    claim = selectors.claim_for(request.scope, item.subject_id)
    is_new = services.resend_claim(claim_id=claim.id, at=request.now)
    return "Built anew; it goes once its edits pass." if is_new else "It goes again as it was."
