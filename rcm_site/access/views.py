"""Access administration in the browser: who has what and why, and every way of changing it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rcm_site.access import selectors, services
from rcm_site.access.authority import MANAGE, Authority, authority_of
from rcm_site.access.forms import (
    BreakGlassForm,
    EngagementForm,
    GrantForm,
    InviteForm,
    ReasonForm,
    TokenForm,
)
from tenancy.access import SIGNED_IN, NotFound, Request, requires
from tenancy.choices import OrganizationKind, Purpose
from tenancy.models import Organization
from tenancy.selectors import practice_by_slug
from tenancy.services import AccessRefused, revoke_token
from tenancy.urls import practice_url

require_get_or_post = require_http_methods(["GET", "POST"])


@requires("tenancy.view_access")
@require_GET
def people(request: Request) -> HttpResponse:
    """Who has what and why."""
    authority = _authority_or_none(request)
    lines = selectors.people(request.scope, request.now)
    if authority and not authority.is_practice_admin:
        lines = [line for line in lines if authority.serves(line.person)]
    context = {
        "lines": lines,
        "authority": authority,
        "ours": {line.person.pk for line in lines if authority and authority.employs(line.person)},
        "engagements": selectors.engagements(request.scope),
        "tokens": selectors.tokens(request.scope),
        "break_glass": selectors.unreviewed_break_glass(request.scope),
        "today": request.now.date(),
    }
    return render(request, "access/people.html", context)


@requires("tenancy.manage_access")
@require_get_or_post
def invite(request: Request) -> HttpResponse:
    authority = _authority(request)
    form = InviteForm(request.POST or None, authority=authority, initial={"starts_on": request.now.date()})

    def act() -> str:
        services.invite(
            authority=authority,
            request=request,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            practice=_practice(request),
            **form.terms(),
        )
        return f"{form.cleaned_data['email']} has been invited."

    return _answer(request, form, act, title="Invite a person", submit="Invite")


@requires("tenancy.manage_access")
@require_get_or_post
def give(request: Request, person_id: UUID) -> HttpResponse:
    authority, person = _authority(request), selectors.person_for(request.scope, person_id)
    form = GrantForm(request.POST or None, authority=authority, initial={"starts_on": request.now.date()})

    def act() -> str:
        services.give_role(authority=authority, person=person, practice=_practice(request), **form.terms())
        return f"{person.name} has the role now."

    return _answer(request, form, act, title=f"Give {person.name} a role", submit="Give")


@requires("tenancy.manage_access")
@require_get_or_post
def end(request: Request, grant_id: UUID) -> HttpResponse:
    authority, grant = _authority(request), selectors.grant_for(request.scope, grant_id)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        services.end_role(
            authority=authority, grant=grant, reason=form.cleaned_data["reason"], on=request.now.date()
        )
        return "The role has ended; it is gone with the person's next click."

    title = f"End {grant.get_role_display()} of {grant.person.name}"
    return _answer(request, form, act, title=title, submit="End the role", is_dangerous=True)


@requires("tenancy.manage_access")
@require_get_or_post
def disable(request: Request, person_id: UUID) -> HttpResponse:
    return _set_active(request, person_id, is_active=False)


@requires("tenancy.manage_access")
@require_get_or_post
def enable(request: Request, person_id: UUID) -> HttpResponse:
    return _set_active(request, person_id, is_active=True)


def _set_active(request: Request, person_id: UUID, *, is_active: bool) -> HttpResponse:
    authority, person = _authority(request), selectors.person_for(request.scope, person_id)
    form = ReasonForm(request.POST or None)
    word = "Enable" if is_active else "Disable"

    def act() -> str:
        services.set_active(
            authority=authority, person=person, is_active=is_active, reason=form.cleaned_data["reason"]
        )
        return f"{person.name} is {word.lower()}d."

    words = (
        "They sign in again as before, with the roles they still have."
        if is_active
        else "With their next click they are signed out, of every practice; what they hold in queues stays theirs "
        "until somebody assigns it anew. Their roles are kept for the day they are enabled again."
    )
    return _answer(
        request,
        form,
        act,
        title=f"{word} {person.name}",
        submit=word,
        words=words,
        is_dangerous=not is_active,
    )


@requires("tenancy.manage_access")
@require_get_or_post
def reset_second_factor(request: Request, person_id: UUID) -> HttpResponse:
    authority, person = _authority(request), selectors.person_for(request.scope, person_id)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        services.reset_second_factor(authority=authority, person=person, reason=form.cleaned_data["reason"])
        return f"{person.name} can set up another second factor at the next sign-in."

    words = "Make sure it is this person who asks: call back, or meet. They get a mail about it."
    title = f"Take {person.name}'s second factor away"
    return _answer(request, form, act, title=title, submit="Take it away", is_dangerous=True, words=words)


@requires("tenancy.manage_access")
@require_POST
def invite_again(request: Request, person_id: UUID) -> HttpResponse:
    """Send the link to set a password once more."""
    authority, person = _authority(request), selectors.person_for(request.scope, person_id)
    if authority.serves(person) and person.is_active:
        services.send_invitation(request=request, person=person, practice=_practice(request))
        messages.success(request, f"A new link is on its way to {person.email}.")
    return redirect(practice_url("access:people"))


@requires("tenancy.manage_access")
@require_get_or_post
def start_engagement(request: Request) -> HttpResponse:
    authority = _authority(request)
    form = EngagementForm(request.POST or None, initial={"starts_on": request.now.date()})

    def act() -> str:
        services.start_engagement(authority=authority, practice=_practice(request), **form.cleaned_data)
        return f"{form.cleaned_data['billing_company']} is engaged."

    return _answer(request, form, act, title="Engage a billing company", submit="Engage")


@requires("tenancy.manage_access")
@require_get_or_post
def end_engagement(request: Request, engagement_id: UUID) -> HttpResponse:
    authority, engagement = _authority(request), selectors.engagement_for(request.scope, engagement_id)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        services.end_engagement(
            authority=authority,
            engagement=engagement,
            reason=form.cleaned_data["reason"],
            on=request.now.date(),
        )
        return "The engagement has ended, and every right that rested on it."

    title = f"End the engagement of {engagement.billing_company}"
    count = selectors.people_through(engagement, on=request.now.date())
    words = (
        f"{count} {'person works' if count == 1 else 'people work'} here through it. With their next click they "
        "see nothing of this practice any more."
    )
    return _answer(
        request, form, act, title=title, submit="End the engagement", words=words, is_dangerous=True
    )


@requires("tenancy.manage_access")
@require_get_or_post
def issue_token(request: Request) -> HttpResponse:
    """The secret is on the answer to this one POST and nowhere else."""
    authority, today = _authority(request), request.now.date()
    form = TokenForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                token, secret = services.issue_token(
                    authority=authority, practice=_practice(request), starts_on=today, **form.cleaned_data
                )
        except AccessRefused as refusal:
            form.add_error(None, str(refusal))
            return _form_page(request, form, title="Let a program in", submit="Issue a token", status=409)
        else:
            return render(request, "access/token.html", {"token": token, "secret": secret})
    return _form_page(request, form, title="Let a program in", submit="Issue a token")


@requires("tenancy.manage_access")
@require_POST
def withdraw_token(request: Request, token_id: UUID) -> HttpResponse:
    authority, token = _authority(request), selectors.token_for(request.scope, token_id)
    if authority.is_practice_admin:
        revoke_token(token=token, at=request.now)
        messages.success(request, f"{token.name} can no longer sign in.")
    return redirect(practice_url("access:people"))


@requires("tenancy.manage_access")
@require_get_or_post
def review_break_glass(request: Request, grant_id: UUID) -> HttpResponse:
    grant = selectors.grant_for(request.scope, grant_id)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        services.review_break_glass(grant=grant, note=form.cleaned_data["reason"])
        return "The review is part of the audit trail."

    return _answer(request, form, act, title="Review an entry by break-glass", submit="Reviewed")


@requires(SIGNED_IN)
@require_get_or_post
def break_glass(request: Request) -> HttpResponse:
    """Support enters a practice for at most an hour, with a reason; the practice is told at once."""
    if not request.user.is_staff:
        raise NotFound
    form = BreakGlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            practice = practice_by_slug(form.cleaned_data["practice"])
            services.break_glass(
                person=request.user,
                practice=practice,
                reason=form.cleaned_data["reason"],
                minutes=form.cleaned_data["minutes"],
                at=request.now,
                session_id=request.session.get("audit_id", ""),
            )
        except Organization.DoesNotExist:
            form.add_error("practice", "There is no such practice.")
        except AccessRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session["purpose"] = str(Purpose.BREAK_GLASS)
            return redirect("today", organization_id=practice.pk)
    status = 422 if form.is_bound else 200
    return render(request, "access/break_glass.html", {"form": form}, status=status)


def _authority_or_none(request: Request) -> Authority | None:
    if not request.scope.may(MANAGE):
        return None
    return authority_of(request.user, request.scope.practice_id, request.now)


def _authority(request: Request) -> Authority:
    authority = authority_of(request.user, request.scope.practice_id, request.now)
    if authority is None:
        raise NotFound
    return authority


def _practice(request: Request) -> Organization:
    return Organization.objects.get(pk=request.scope.practice_id, kind=OrganizationKind.PRACTICE)


def _answer(
    request: Request, form: forms.Form, act: Callable[[], str], *, title: str, submit: str, **context: Any
) -> HttpResponse:
    """Show the form; when it is sent and allowed, act, say so and go back to the table."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                message = act()
        except AccessRefused as refusal:
            form.add_error(None, str(refusal))
            return _form_page(request, form, title=title, submit=submit, status=409, **context)
        messages.success(request, message)
        return redirect(practice_url("access:people"))
    return _form_page(request, form, title=title, submit=submit, **context)


def _form_page(
    request: Request, form: forms.Form, *, title: str, submit: str, status: int = 0, **context: Any
) -> HttpResponse:
    page = {"form": form, "title": title, "submit": submit, "back": practice_url("access:people"), **context}
    return render(request, "access/form.html", page, status=status or (422 if form.is_bound else 200))
