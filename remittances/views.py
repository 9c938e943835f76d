"""Pages of remittances: the list with its upload, one remittance, payments without a claim, receivables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from claims.models import Claim
from claims.selectors import claim_for, claims_visible_to
from clearinghouse.choices import FileState, Source
from clearinghouse.selectors import file_for
from reference.choices import CodeSet
from reference.selectors import meanings
from remittances import selectors, services
from remittances.choices import ISSUES, Booking, RemittanceState, WorkKey
from remittances.forms import MatchForm, TieForm, UntieForm, UploadForm, VersionForm
from remittances.listing import REMITTANCE_LIST
from remittances.models import PayerReceivable, RemitClaim, Remittance
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench import record_views, worklist
from workbench import selectors as work
from workbench.models import WorkItem


@requires("remittances.view_remittance")
@require_GET
def remittances(request: Request) -> HttpResponse:
    unmatched = work.items_in(request.scope).of_kind(WorkKey.UNMATCHED).to_work()
    return record_views.record_list(
        request,
        REMITTANCE_LIST,
        template="remittances/remittances.html",
        unmatched_count=unmatched.count(),
        may_upload=request.scope.may("remittances.ingest_remittance"),
        option_name="post" if request.scope.may("remittances.post_remittance") else "",
    )


@requires("remittances.ingest_remittance")
@require_POST
def upload(request: Request) -> HttpResponse:
    """Stores every file and has it read by a job; answers with one card for each, a last one for what is no X12."""
    form = UploadForm(request.POST)
    form.is_valid()
    post = bool(form.cleaned_data.get("post")) and request.scope.may("remittances.post_remittance")
    stored: list[dict[str, Any]] = []
    for sent in request.FILES.getlist("files"):
        file, is_new = services.receive_file(
            name=sent.name or "",
            content=cast(BinaryIO, sent.file),
            source=Source.UPLOAD,
            post=post,
            at=request.now,
        )
        is_final = file.state == FileState.REFUSED
        stored.append({"file": file, "is_new": is_new, "results": [], "is_final": is_final})
    if not stored:
        messages.error(request, "Choose at least one file.")
    if request.htmx and stored:
        return render(request, "remittances/_uploads.html", {"uploads": stored}, status=200)
    if len(stored) == 1:
        return HttpResponseRedirect(practice_url("remittances:file", stored[0]["file"].id))
    for one in stored:
        messages.success(request, f"{one['file'].name} is stored and will be read now.")
    return HttpResponseRedirect(practice_url("remittances:remittances"))


@requires("remittances.view_remittance")
@require_GET
def file_results(request: Request, file_id: UUID) -> HttpResponse:
    """What became of a file; the card of an upload asks for it until the file is read."""
    file = file_for(request.scope, file_id)
    results = list(selectors.results_of_file(file.id))
    is_new = "again" not in request.GET
    upload_card = {"file": file, "is_new": is_new, "results": results, "is_final": bool(results)}
    if request.htmx:
        status = 286 if results else 200
        return render(request, "remittances/_uploads.html", {"uploads": [upload_card]}, status=status)
    audit.record_view(subject=file)
    context = {
        "file": file,
        "results": results,
        "uploads": [upload_card],
        "may_see_file": request.scope.may("clearinghouse.view_file"),
    }
    return render(request, "remittances/file.html", context)


# -- one remittance -------------------------------------------------------------------------------------------------


@requires("remittances.view_remittance")
@require_GET
def remittance(request: Request, remittance_id: UUID) -> HttpResponse:
    return _remittance_page(request, selectors.remittance_for(request.scope, remittance_id))


def _remittance_page(
    request: Request, found: Remittance, *, refusal: str = "", status: int = 200, toast: str = ""
) -> HttpResponse:
    after = request.GET.get("after", "")
    exceptions = selectors.exceptions_in(found) if not after else []
    others, more = selectors.others_in(found, int(after) if after.isdigit() else 0)
    adjustments = selectors.provider_adjustments_of(found)
    shown = [*exceptions, *others]
    audit.record_views(subject=found, patient_ids=[one.claim.patient_id for one in shown if one.claim])
    entry_ids = [*(one.entry_id for one in shown), *(one.entry_id for one in adjustments)]
    entries = selectors.entries_by_id([one for one in entry_ids if one])
    context = {
        "remittance": found,
        "exceptions": _with_words(exceptions, entries),
        "others": _with_words(others, entries),
        "other_count": found.claim_count - len(exceptions),
        "more": more,
        "after": after,
        "adjustments": [{"row": one, "words": _plb_words(one.reason_code)} for one in adjustments],
        "errors": [finding for finding in found.findings if finding.get("severity") == "ERROR"],
        "warnings": [finding for finding in found.findings if finding.get("severity") != "ERROR"],
        "expected_cents": found.paid_cents - found.provider_adjustment_cents,
        "totals": selectors.account_totals(found.id) if found.state == RemittanceState.POSTED else [],
        "refusal": refusal,
        "may_post": request.scope.may("remittances.post_remittance"),
        "may_unpost": request.scope.may("remittances.unpost_remittance")
        and services.may_unpost(found, at=request.now),
        "may_see_file": request.scope.may("clearinghouse.view_file"),
    }
    template = "remittances/remittance.html#body" if request.htmx else "remittances/remittance.html"
    response = render(request, template, context, status=status)
    if toast:
        _tell(response, toast)
    return response


def _tell(response: HttpResponse, words: str, *, left: WorkItem | None = None) -> None:
    """Once the answer stands: the word at the corner, counts to be fetched again, the row that left its queue."""
    events: dict[str, Any] = {"toast": {"message": words, "tone": "good"}, "worklist:changed": {}}
    if left is not None:
        events["worklist:left"] = {"row": worklist.row_id(left)}
    response["HX-Trigger-After-Settle"] = json.dumps(events)


def _plb_words(code: str) -> str:
    return meanings(CodeSet.PROVIDER_ADJUSTMENT).get(code, "")


def _with_words(payments: Sequence[RemitClaim], entries: dict[UUID, Any]) -> list[dict[str, Any]]:
    """Payments for a page: lines with their codes in words, issues in words, the entry in the books."""
    words = meanings(CodeSet.ADJUSTMENT_REASON)
    whole = selectors.claim_level_adjustments(payments)

    def said(adjustments: Any) -> list[dict[str, Any]]:
        return [{"row": one, "words": words.get(one.reason_code, "")} for one in adjustments]

    return [
        {
            "row": one,
            "lines": [{"row": line, "adjustments": said(line.adjustments.all())} for line in one.lines.all()],
            "adjustments": said(whole[one.id]),
            "issues": _issues(one),
            "entry": entries.get(one.entry_id) if one.entry_id else None,
        }
        for one in payments
    ]


def _issues(one: RemitClaim) -> list[str]:
    said = [ISSUES.get(issue, issue) for issue in one.issues]
    if one.waits:
        return [*said, one.hold]
    is_second = one.booking == Booking.HELD and not one.is_reversal
    return [*said, ISSUES["SECOND_ANSWER"]] if is_second else said


@requires("remittances.post_remittance")
@require_GET
def dry_run(request: Request, remittance_id: UUID) -> HttpResponse:
    found = selectors.remittance_for(request.scope, remittance_id)
    context: dict[str, Any] = {"remittance": found}
    try:
        context["rehearsal"] = services.rehearse_posting(remittance_id=found.id, at=request.now)
    except services.Refusal as refusal:
        context["refusal"] = str(refusal)
    audit.record_view(subject=found, data={"dry_run": True})
    name = "remittances/_dry_run.html" if request.htmx else "remittances/dry_run.html"
    return render(request, name, context, status=409 if "refusal" in context else 200)


@requires("remittances.post_remittance")
@require_POST
def post(request: Request, remittance_id: UUID) -> HttpResponse:
    def act(found: Remittance, version: int | None) -> str:
        posted = services.post_by_hand(remittance_id=found.id, at=request.now, version=version)
        return f"Posted. Waiting for a person: {posted.held}." if posted.held else "Posted."

    return _move(request, remittance_id, act)


@requires("remittances.unpost_remittance")
@require_POST
def unpost(request: Request, remittance_id: UUID) -> HttpResponse:
    def act(found: Remittance, version: int | None) -> str:
        services.unpost_remittance(remittance_id=found.id, at=request.now, version=version)
        return "Un-posted: every entry has its mirror."

    return _move(request, remittance_id, act)


def _move(
    request: Request, remittance_id: UUID, act: Callable[[Remittance, int | None], str]
) -> HttpResponse:
    found = selectors.remittance_for(request.scope, remittance_id)
    form = VersionForm(request.POST)
    try:
        words = act(found, form.cleaned_data["version"] if form.is_valid() else None)
    except services.Refusal as refusal:
        found = selectors.remittance_for(request.scope, remittance_id)
        return _remittance_page(request, found, refusal=str(refusal), status=409)
    if not request.htmx:
        messages.success(request, words)
        return HttpResponseRedirect(practice_url("remittances:remittance", found.id))
    return _remittance_page(request, selectors.remittance_for(request.scope, remittance_id), toast=words)


# -- one payment ----------------------------------------------------------------------------------------------------


@requires("remittances.view_remittance")
@require_GET
def payment(request: Request, remit_claim_id: UUID) -> HttpResponse:
    found = selectors.payment_for(request.scope, remit_claim_id)
    audit.record_view(subject=found, patient_id=found.claim.patient_id if found.claim else None)
    return _payment_page(request, found)


def _payment_page(
    request: Request, found: RemitClaim, *, refusal: str = "", status: int = 200, toast: str = ""
) -> HttpResponse:
    entries = selectors.entries_by_id([found.entry_id] if found.entry_id else [])
    [row] = _with_words([found], entries)
    context = {
        "payment": found,
        "one": row,
        "remarks": [(code, meanings(CodeSet.REMARK).get(code, "")) for code in found.remark_codes],
        "candidates": selectors.candidates_of(found) if found.claim_id is None else [],
        "refusal": refusal,
        "correction": services.correction_of(found),
        "may_correct": request.scope.may("patients.edit_patient"),
        "may_match": request.scope.may("remittances.match_remittance"),
        "may_post": request.scope.may("remittances.post_remittance"),
        "may_see_file": request.scope.may("clearinghouse.view_file"),
    }
    template = "remittances/payment.html#body" if request.htmx else "remittances/payment.html"
    response = render(request, template, context, status=status)
    if toast:
        _tell(response, toast)
    return response


@requires("remittances.match_remittance")
@require_POST
def match(request: Request, remit_claim_id: UUID) -> HttpResponse:
    found = selectors.payment_for(request.scope, remit_claim_id)
    form = MatchForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _payment_page(request, found, refusal=words, status=422)
    claim = _chosen_claim(request, form.cleaned_data)
    if claim is None:
        return _payment_page(request, found, refusal="There is no claim of that number here.", status=422)
    item = work.open_item_of(kind=WorkKey.UNMATCHED, subject_id=remit_claim_id)
    try:
        services.match_payment(
            remit_claim=found, claim=claim, at=request.now, version=form.cleaned_data["version"]
        )
    except services.Refusal as refusal:
        fresh = selectors.payment_for(request.scope, remit_claim_id)
        return _payment_page(request, fresh, refusal=str(refusal), status=409)
    return _done(request, remit_claim_id, "Matched. Detach it to undo.", left=item)


def _chosen_claim(request: Request, asked: dict[str, Any]) -> Claim | None:
    if asked.get("claim"):
        return claim_for(request.scope, asked["claim"])
    return claims_visible_to(request.scope).filter(patient_control_number=asked["number"].strip()).first()


@requires("remittances.match_remittance")
@require_POST
def detach(request: Request, remit_claim_id: UUID) -> HttpResponse:
    return _act(request, remit_claim_id, services.detach_payment, "Detached. Its money waits unapplied.")


@requires("remittances.match_remittance")
@require_POST
def beside(request: Request, remit_claim_id: UUID) -> HttpResponse:
    words = "Applied beside the earlier answer. Hold it again to undo."
    return _act(request, remit_claim_id, services.let_stand_beside, words)


@requires("remittances.post_remittance")
@require_POST
def release(request: Request, remit_claim_id: UUID) -> HttpResponse:
    words = "Applied as the payer decided. Hold it again to undo."
    return _act(request, remit_claim_id, services.release_payment, words)


@requires("remittances.match_remittance")
@require_POST
def hold(request: Request, remit_claim_id: UUID) -> HttpResponse:
    return _act(request, remit_claim_id, services.hold_again, "It waits again; its money is in suspense.")


@requires("patients.edit_patient")
@require_POST
def correct(request: Request, remit_claim_id: UUID) -> HttpResponse:
    words = "Taken over. The patient's page shows where it came from."
    return _act(request, remit_claim_id, services.take_correction, words)


def _act(request: Request, remit_claim_id: UUID, verb: Callable[..., Any], words: str) -> HttpResponse:
    found = selectors.payment_for(request.scope, remit_claim_id)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    try:
        verb(remit_claim=found, at=request.now, version=version)
    except services.Refusal as refusal:
        fresh = selectors.payment_for(request.scope, remit_claim_id)
        return _payment_page(request, fresh, refusal=str(refusal), status=409)
    return _done(request, remit_claim_id, words)


def _done(
    request: Request, remit_claim_id: UUID, words: str, *, left: WorkItem | None = None
) -> HttpResponse:
    """`left` is the item whose row the queue of unmatched payments loses."""
    if request.htmx:
        page = _payment_page(request, selectors.payment_for(request.scope, remit_claim_id), toast=words)
        if left is not None:
            _tell(page, words, left=left)
        return page
    messages.success(request, words)
    return HttpResponseRedirect(practice_url("remittances:payment", remit_claim_id))


# -- lists ----------------------------------------------------------------------------------------------------------


@requires("remittances.view_remittance")
@require_GET
def receivables(request: Request) -> HttpResponse:
    """What we owe payers back or they took without saying why; open references first."""
    show_all = request.GET.get("state") == "ALL"
    rows = selectors.receivables(request.scope).order_by("-state", "moved_on", "id")
    if not show_all:
        rows = rows.exclude(open_cents=0)
    shown = list(rows[:200])
    audit.record_search(kind="remittances.payerreceivable", count=len(shown))
    context = {
        "rows": shown,
        "show_all": show_all,
        "owed_cents": -sum(one.open_cents for one in shown if one.open_cents < 0),
        "taken_cents": sum(one.open_cents for one in shown if one.open_cents > 0),
    }
    return render(request, "remittances/receivables.html", context)


@requires("remittances.view_remittance")
@require_GET
def receivable(request: Request, receivable_id: UUID) -> HttpResponse:
    """One reference: what the payer moved under it, and the claims it was tied to."""
    found = selectors.receivable_for(request.scope, receivable_id)
    audit.record_view(subject=found)
    return _receivable_page(request, found)


def _receivable_page(
    request: Request, found: PayerReceivable, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "receivable": found,
        "movements": [
            {"row": one, "words": _plb_words(one.reason_code)} for one in selectors.movements_of(found)
        ],
        "ties": selectors.ties_of_receivable(found),
        "candidates": selectors.claims_named_by(request.scope, found.reference) if found.open_cents else [],
        "open_cents": abs(found.open_cents),
        "open_dollars": f"{abs(found.open_cents) // 100}.{abs(found.open_cents) % 100:02d}",
        "refusal": refusal,
        "may_tie": request.scope.may("remittances.match_remittance"),
    }
    return render(request, "remittances/receivable.html", context, status=status)


@requires("remittances.match_remittance")
@require_POST
def tie(request: Request, receivable_id: UUID) -> HttpResponse:
    found = selectors.receivable_for(request.scope, receivable_id)
    form = TieForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _receivable_page(request, found, refusal=words, status=422)
    claim = _chosen_claim(request, form.cleaned_data)
    if claim is None:
        return _receivable_page(request, found, refusal="There is no claim of that number here.", status=422)
    cents = int(form.cleaned_data["amount"] * 100)
    return _settle_tie(
        request,
        found,
        lambda: services.tie_receivable(
            receivable=found, claim=claim, cents=cents, at=request.now, version=form.cleaned_data["version"]
        ),
        "Tied. Undo it below.",
    )


@requires("remittances.match_remittance")
@require_POST
def untie(request: Request, receivable_id: UUID) -> HttpResponse:
    found = selectors.receivable_for(request.scope, receivable_id)
    form = UntieForm(request.POST)
    if not form.is_valid():
        return _receivable_page(request, found, refusal="Choose the tie to undo.", status=422)
    asked = form.cleaned_data
    return _settle_tie(
        request,
        found,
        lambda: services.untie_receivable(
            receivable=found, tie_id=asked["tie"], at=request.now, version=asked["version"]
        ),
        "Undone. The money stands untied again.",
    )


def _settle_tie(
    request: Request, found: PayerReceivable, act: Callable[[], object], words: str
) -> HttpResponse:
    try:
        act()
    except services.Refusal as refusal:
        fresh = selectors.receivable_for(request.scope, found.id)
        return _receivable_page(request, fresh, refusal=str(refusal), status=409)
    messages.success(request, words)
    return HttpResponseRedirect(practice_url("remittances:receivable", found.id))


@requires("remittances.view_remittance")
@require_GET
def of_claim(request: Request, claim_id: UUID) -> HttpResponse:
    """What payers decided about one claim, for the claim's page."""
    claim = claim_for(request.scope, claim_id)
    audit.record_view(subject=claim, patient_id=claim.patient_id, data={"part": "payments"})
    context = {
        "payments": selectors.payments_of(claim.id),
        "ties": selectors.ties_of_claim(claim.id),
        "may_see_file": request.scope.may("clearinghouse.view_file"),
    }
    return render(request, "remittances/_of_claim.html", context)
