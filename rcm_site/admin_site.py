"""One admin site that lists only what our own rules let a person see."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tenancy.choices import ActorKind


class WorkbenchAdminSite(admin.AdminSite):
    site_header = "RCM Workbench"
    site_title = "RCM Workbench"
    index_title = "Records and configuration of this practice"
    site_url = "/"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Pages other packages bring know nothing of practices; they are left out."""
        from tenancy.admin import ScopedModelAdmin

        if admin_class is not None and issubclass(admin_class, ScopedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Every page says whose records these are."""
        from tenancy.models import Organization

        scope = getattr(request, "scope", None)
        practice = Organization.objects.filter(pk=scope.organization_id).first() if scope else None
        context = super().each_context(request)
        return {
            **context,
            "site_header": f"{self.site_header} · {practice}" if practice else self.site_header,
        }

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """There is one way out and one way to another password, both recorded."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def has_permission(self, request: HttpRequest) -> bool:
        scope = getattr(request, "scope", None)
        return scope is not None and scope.actor_kind == ActorKind.PERSON and request.user.is_active


class WorkbenchAdminConfig(AdminConfig):
    default_site = "rcm_site.admin_site.WorkbenchAdminSite"
