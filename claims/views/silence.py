"""Tickets for claims that nobody answers."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from claims import services
from claims.choices import SilenceStage
from claims.forms import HandOverForm
from claims.selectors.tickets import KIND, side_of
from tenancy.access import NotFound, Request, requires
from workbench import selectors as work
from workbench import worklist
from workbench.kinds import kind_of
from workbench.services import Refusal


@requires("workbench.work_item")
@require_POST
def hand_over(request: Request, item_id: UUID) -> HttpResponse:
    """To the other side: from billing to support, and back."""
    kind = kind_of(KIND)
    scope = worklist.scope_for(request, kind.view_permission, kind.work_permission)
    item = work.work_item_for(scope, item_id)
    if item.kind != KIND:
        raise NotFound
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return worklist.refused(request, item, kind, Refusal("Say what the other team has to know."))
    other = SilenceStage.BILLING if side_of(item) == SilenceStage.SUPPORT else SilenceStage.SUPPORT
    try:
        with transaction.atomic():
            services.hand_to(item=item, stage=other, at=request.now, **form.cleaned_data)
    except Refusal as refusal:
        return worklist.refused(request, item, kind, refusal)
    changed = work.work_item_for(request.scope, item_id)
    return worklist.changed(request, changed, kind, words=f"{other.label}.")
