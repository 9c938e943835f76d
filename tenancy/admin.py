"""The Django admin as one more page of the practice: its scope, its permissions, its audit trail.

Being staff or a superuser opens nothing here. A person sees what their roles in the session's practice show, only where
no location or payer narrows them, because the admin's lists cannot be narrowed. Patients' data are read, never written.
"""

from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property

from tenancy import recorder
from tenancy.access import NotFound
from tenancy.choices import ActorKind
from tenancy.scope import Scope
from tenancy.selectors import rights_of

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts no further than anybody pages by hand."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows[: MOST_COUNTED + 1].values_list("pk", flat=True))


def may_unnarrowed(request: HttpRequest, permission: str) -> bool:
    """Whether the person holds the permission in the session's practice for all its locations and payers."""
    scope: Scope | None = getattr(request, "scope", None)
    if scope is None or scope.actor_kind != ActorKind.PERSON or scope.organization_id is None:
        return False
    now = request.now  # type: ignore[attr-defined]
    rights = rights_of(request.user, now).in_practice(scope.organization_id, now)  # type: ignore[arg-type]
    return any(
        permission in right.permissions and right.location_ids is None and right.payer_ids is None
        for right in rights
    )


class ScopedModelAdmin(admin.ModelAdmin):
    """Base of every admin page. Without `edit_permission` it is read-only; nothing is ever deleted here."""

    view_permission: ClassVar[str] = ""
    edit_permission: ClassVar[str | None] = None
    # For models without an organization of their own: how the practice is reached from them.
    practice_lookup: ClassVar[str | None] = None

    paginator = CappedPaginator
    list_per_page = 50
    show_full_result_count = False
    actions = None
    ordering = ("-pk",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_unnarrowed(request, self.view_permission)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.edit_permission) and may_unnarrowed(request, self.edit_permission or "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only by a column the list shows: filtering by a hidden one tells it, letter by letter."""
        return lookup.partition("__")[0] in self.list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if self.practice_lookup:
            scope: Scope = request.scope  # type: ignore[attr-defined]
            rows = rows.filter(**{self.practice_lookup: scope.practice_id}).distinct()
        return rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        changes = getattr(answer, "context_data", None) or {}
        if "cl" in changes:
            label = f"{self.model._meta.app_label}.{self.model._meta.model_name}"
            recorder.record(f"{label}.searched", subject_type=label, count=len(changes["cl"].result_list))
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        shown = (getattr(answer, "context_data", None) or {}).get("original")
        if shown is not None:
            label = f"{self.model._meta.app_label}.{self.model._meta.model_name}"
            recorder.record(f"{label}.viewed", subject=shown, patient_id=_patient_of(shown))
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The field history of configuration; everything else has its history in the audit trail."""
        shown = self.get_object(request, object_id)
        if shown is None or not self.has_view_permission(request, shown):
            raise NotFound
        context = {
            **self.admin_site.each_context(request),
            "original": shown,
            "opts": self.opts,
            "entries": LogEntry.objects.get_for_object(shown).select_related("actor")[:200],
            "title": f"History of {shown}",
        }
        return render(request, "admin/configuration_history.html", context)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """The admin's own log is not kept: one trail is enough."""
        self._record("added", obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        self._record("changed", obj, message)

    def _record(self, how: str, obj: Model, message: Any) -> None:
        parts: list[dict[str, Any]] = [
            next(iter(part.values()), {}) for part in message if isinstance(part, dict)
        ]
        fields = [field for part in parts for field in part.get("fields", ())]
        recorder.record(f"tenancy.configuration.{how}", subject=obj, fields=tuple(fields))


def _patient_of(shown: Model) -> Any:
    if shown._meta.label_lower == "patients.patient":
        return shown.pk
    return getattr(shown, "patient_id", None)
