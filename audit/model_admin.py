"""The admin inside the chosen practice: what a person may see there, read-only, and every look recorded."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from audit import services as audit
from tenancy.models import TenantModel


class WatchedAdmin(admin.ModelAdmin):
    """Subclasses name the permission of their pages. Changes are made on the app's own screens, by its services."""

    view_permission: ClassVar[str]
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        scope = getattr(request, "scope", None)
        return scope is not None and scope.may(self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {}).get("cl")
        count = len(shown.result_list) if shown else 0
        audit.record_search(kind=f"{self.opts.app_label}.{self.opts.model_name}", count=count)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if isinstance(found, TenantModel) and self.has_view_permission(request, found):
            audit.record_view(subject=found, patient_id=patient_of(found))
        return super().change_view(request, object_id, form_url, extra_context)


def patient_of(row: Model) -> Any:
    if row._meta.label_lower == "patients.patient":
        return row.pk
    return getattr(row, "patient_id", None)
