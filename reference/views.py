"""Payers, providers, locations and codes of a practice."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.forms import Field, ModelForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reference import selectors, services
from reference.choices import CodeSet, PayerQuirk
from reference.forms import (
    AliasForm,
    CodeLookupForm,
    CredentialingForm,
    DeadlineRuleForm,
    LocationForm,
    PayerForm,
    PayerRuleForm,
    ProviderForm,
)
from reference.models import DeadlineRule, Payer, PayerAlias, PayerRule, Provider
from tenancy.access import NotFound, Request, requires
from tenancy.urls import practice_url

PAGE_SIZE = 100
VIEW, EDIT = "reference.view_reference", "reference.edit_reference"


# -- lists ------------------------------------------------------------------------------------------------------


def _list(request: Request, template: str, rows: Any, **context: Any) -> HttpResponse:
    pages = Paginator(rows, PAGE_SIZE)
    page = pages.get_page(request.GET.get("after") or request.GET.get("before") or 1)
    first = page.start_index()
    context |= {
        "page": page,
        "before": page.previous_page_number() if page.has_previous() else None,
        "after": page.next_page_number() if page.has_next() else None,
        "range_words": f"{first} to {page.end_index()} of {pages.count}" if pages.count else "",
        "words": request.GET.get("q", ""),
        "may_edit": request.scope.may(EDIT),
    }
    return render(request, template, context)


@requires(VIEW)
@require_GET
def payers(request: Request) -> HttpResponse:
    rows = selectors.payers_for_list(request.scope, request.GET.get("q", ""))
    return _list(request, "reference/payers.html", rows)


@requires(VIEW)
@require_GET
def providers(request: Request) -> HttpResponse:
    rows = selectors.providers(request.scope, request.GET.get("q", ""))
    return _list(request, "reference/providers.html", rows)


@requires(VIEW)
@require_GET
def locations(request: Request) -> HttpResponse:
    return _list(request, "reference/locations.html", selectors.locations(request.scope))


@requires(VIEW)
@require_GET
def codes(request: Request) -> HttpResponse:
    form = CodeLookupForm(request.GET)
    chosen = CodeSet.ADJUSTMENT_REASON
    if form.is_valid() and form.cleaned_data["code_set"]:
        chosen = CodeSet(form.cleaned_data["code_set"])
    rows = selectors.search_codes(chosen, request.GET.get("q", "")[:80])
    return _list(
        request,
        "reference/codes.html",
        rows,
        code_set=chosen,
        code_sets=CodeSet,
        has_judgement=chosen in {CodeSet.ADJUSTMENT_REASON, CodeSet.REMARK},
        latest=selectors.latest_imports(),
    )


# -- payers -----------------------------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def payer(request: Request, payer_id: UUID) -> HttpResponse:
    return _payer_page(request, selectors.payer_for(request.scope, payer_id))


def _payer_page(
    request: Request,
    found: Payer,
    *,
    alias_form: AliasForm | None = None,
    credentialing_form: CredentialingForm | None = None,
) -> HttpResponse:
    return render(
        request,
        "reference/payer.html",
        {
            "payer": found,
            "quirks": [PayerQuirk(one).label for one in found.quirks],
            "aliases": found.aliases.order_by("kind", "value"),
            "rules": found.deadline_rules.order_by("kind", "starts_on", "id"),
            "alias_form": alias_form or AliasForm(),
            "credentialings": selectors.credentialings_of(found),
            "credentialing_form": credentialing_form
            or CredentialingForm(providers=selectors.providers(request.scope)),
            "may_edit": request.scope.may(EDIT),
        },
        status=422 if alias_form or credentialing_form else 200,
    )


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def payer_new(request: Request) -> HttpResponse:
    form = PayerForm(request.POST or None)

    def save() -> str:
        values = _values(form)
        created = services.create_payer(**values)
        return practice_url("reference:payer", created.id)

    return _form_page(request, form, save, heading="Add a payer", back="reference:payers")


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def payer_edit(request: Request, payer_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    form = PayerForm(request.POST or None, instance=selectors.payer_for(request.scope, payer_id))

    def save() -> str:
        services.edit_payer(payer=found, version=form.cleaned_data["version"] or 0, changes=_values(form))
        return practice_url("reference:payer", found.id)

    return _form_page(request, form, save, heading=f"Edit {found.name}", back="reference:payer", of=found)


@requires(EDIT)
@require_POST
def alias_add(request: Request, payer_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    form = AliasForm(request.POST)
    if form.is_valid():
        try:
            services.remember_alias(payer=found, **form.cleaned_data)
        except services.ReferenceRefused as refusal:
            form.add_error("written_as", str(refusal))
    if form.errors:
        return _payer_page(request, found, alias_form=form)
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


@requires(EDIT)
@require_POST
def alias_remove(request: Request, payer_id: UUID, alias_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    alias: PayerAlias | None = found.aliases.filter(id=alias_id).first()
    if alias is None:
        raise NotFound
    services.forget_alias(alias=alias)
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


@requires(EDIT)
@require_POST
def credentialing_set(request: Request, payer_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    form = CredentialingForm(request.POST, providers=selectors.providers(request.scope))
    if form.is_valid():
        try:
            services.set_credentialing(payer=found, at=request.now, **form.cleaned_data)
        except services.ReferenceRefused as refusal:
            form.add_error("stops_on", str(refusal))
    if form.errors:
        return _payer_page(request, found, credentialing_form=form)
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


@requires(EDIT)
@require_POST
def credentialing_remove(request: Request, payer_id: UUID, credentialing_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    row = selectors.credentialings_of(found).filter(id=credentialing_id).first()
    if row is None:
        raise NotFound
    services.remove_credentialing(credentialing=row)
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


@requires(EDIT)
@require_POST
def deadlines_confirm(request: Request, payer_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    services.confirm_deadlines(payer=found)
    messages.success(request, f"The deadlines of {found.name} are confirmed.")
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def rule_new(request: Request, payer_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    form = DeadlineRuleForm(request.POST or None)

    def save() -> str:
        services.set_deadline_rule(payer=found, values=form.cleaned_data)
        return practice_url("reference:payer", found.id)

    return _form_page(request, form, save, heading="Add a deadline", back="reference:payer", of=found)


def _rule_for(found: Payer, rule_id: UUID) -> DeadlineRule:
    rule: DeadlineRule | None = found.deadline_rules.filter(id=rule_id).first()
    if rule is None:
        raise NotFound
    return rule


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def rule_edit(request: Request, payer_id: UUID, rule_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    form = DeadlineRuleForm(request.POST or None, instance=_rule_for(found, rule_id))

    def save() -> str:
        services.set_deadline_rule(payer=found, rule=_rule_for(found, rule_id), values=form.cleaned_data)
        return practice_url("reference:payer", found.id)

    return _form_page(request, form, save, heading="Change a deadline", back="reference:payer", of=found)


@requires(EDIT)
@require_POST
def rule_remove(request: Request, payer_id: UUID, rule_id: UUID) -> HttpResponse:
    found = selectors.payer_for(request.scope, payer_id)
    services.remove_deadline_rule(rule=_rule_for(found, rule_id))
    return HttpResponseRedirect(practice_url("reference:payer", found.id))


# -- the practice's own readings ----------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def payer_rules(request: Request) -> HttpResponse:
    return _list(request, "reference/payer_rules.html", selectors.payer_rules(request.scope))


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def payer_rule_new(request: Request) -> HttpResponse:
    form = PayerRuleForm(request.POST or None, payers=selectors.payers(request.scope))

    def save() -> str:
        services.add_payer_rule(values=_values(form))
        return practice_url("reference:payer_rules")

    return _form_page(request, form, save, heading="Add a reading", back="reference:payer_rules")


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def payer_rule_edit(request: Request, payer_rule_id: UUID) -> HttpResponse:
    found = selectors.payer_rule_for(request.scope, payer_rule_id)
    again = selectors.payer_rule_for(request.scope, payer_rule_id)
    form = PayerRuleForm(request.POST or None, instance=again, payers=selectors.payers(request.scope))

    def save() -> str:
        version = form.cleaned_data["version"] or 0
        services.edit_payer_rule(rule=found, version=version, changes=_values(form))
        return practice_url("reference:payer_rules")

    return _form_page(request, form, save, heading=f"Edit {found}", back="reference:payer_rules")


# -- providers and locations ------------------------------------------------------------------------------------


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def provider_new(request: Request) -> HttpResponse:
    form = ProviderForm(request.POST or None)

    def save() -> str:
        services.create_provider(**_values(form))
        return practice_url("reference:providers")

    return _form_page(request, form, save, heading="Add a provider", back="reference:providers")


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def provider_edit(request: Request, provider_id: UUID) -> HttpResponse:
    found = selectors.provider_for(request.scope, provider_id)
    form = ProviderForm(request.POST or None, instance=selectors.provider_for(request.scope, provider_id))

    def save() -> str:
        version = form.cleaned_data["version"] or 0
        services.edit_provider(provider=found, version=version, changes=_values(form))
        return practice_url("reference:providers")

    return _form_page(request, form, save, heading=f"Edit {found}", back="reference:providers")


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def location_new(request: Request) -> HttpResponse:
    form = LocationForm(request.POST or None)

    def save() -> str:
        services.create_location(practice_id=request.scope.practice_id, **_values(form))
        return practice_url("reference:locations")

    return _form_page(request, form, save, heading="Add a location", back="reference:locations")


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def location_edit(request: Request, location_id: UUID) -> HttpResponse:
    found = selectors.location_for(request.scope, location_id)
    form = LocationForm(request.POST or None, instance=selectors.location_for(request.scope, location_id))

    def save() -> str:
        services.edit_location(location=found, changes=_values(form))
        return practice_url("reference:locations")

    return _form_page(request, form, save, heading=f"Edit {found}", back="reference:locations")


# -- the form page ----------------------------------------------------------------------------------------------


def _values(form: ModelForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _form_page(
    request: Request,
    form: ModelForm,
    save: Callable[[], str],
    *,
    heading: str,
    back: str,
    of: Payer | None = None,
) -> HttpResponse:
    """One form, saved by a service; a refusal or a lost race is shown above the fields."""
    context: dict[str, Any] = {
        "form": form,
        "heading": heading,
        "back_url": practice_url(back, of.id) if of else practice_url(back),
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    return HttpResponseRedirect(save())
            except services.ChangedMeanwhile as lost:
                status = 409
                context["differences"] = _differences(form, lost.current)
                context["refusal"] = str(lost)
            except services.ReferenceRefused as refusal:
                form.add_error(None, str(refusal))
            except IntegrityError:
                form.add_error(None, "Another entry has this name or number already.")
    return render(request, "reference/form.html", context, status=status)


def _differences(form: ModelForm, current: Payer | PayerRule | Provider) -> list[dict[str, str]]:
    return [
        {
            "label": str(form.fields[name].label or name) if name in form.fields else name.capitalize(),
            "theirs": _in_words(form.fields.get(name), getattr(current, name)),
            "yours": _in_words(form.fields.get(name), value),
        }
        for name, value in _values(form).items()
        if getattr(current, name) != value
    ]


def _in_words(field: Field | None, value: Any) -> str:
    """A stored value as the form says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    labels = dict(getattr(field, "choices", ()))
    many = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(one, one)) for one in many if one not in (None, "")) or "—"
