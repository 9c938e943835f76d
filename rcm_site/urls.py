"""Where each room is mounted. Addresses of patient data carry the practice."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from denials import views as denial_views
from rcm_site import views
from rcm_site.access.patient_trail import find_patient
from rcm_site.access.sign_in_urls import urlpatterns as account_pages
from rcm_site.access.views import break_glass
from rcm_site.search import search
from tenancy.access import PUBLIC, SESSION_PRACTICE, declare_all

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler404 = "rcm_site.views.not_found"
handler500 = "rcm_site.views.failed"

ROOMS = {
    "denials": "denials/",
    "remittances": "remittances/",
    "claims": "claims/",
    "patients": "patients/",
    "eligibility": "eligibility/",
    "ledger": "ledger/",
    "clearinghouse": "files/",
    "workbench": "work/",
    "reference": "reference/",
    "audit": "audit/",
}
API_ROOMS = ("patients", "eligibility", "claims", "remittances", "denials", "workbench", "reference")
rooms: list[URLPattern | URLResolver] = [
    path(address, include(f"{app}.urls")) for app, address in ROOMS.items()
]
endpoints = [path("", include(f"{app}.api.urls")) for app in API_ROOMS]

api_pages = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]

practice_pages: list[URLPattern | URLResolver] = [
    path("", views.today, name="today"),
    path("counts/", views.rail_counts, name="rail_counts"),
    path("search/", search, name="search"),
    path("access/", include("rcm_site.access.urls")),
    path("audit-patient/", find_patient, name="audit_patient"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("session/", views.keep_alive, name="keep_alive"),
    path("break-glass/", break_glass, name="break_glass"),
    path("portfolio/", views.portfolio, name="portfolio_home"),
    path("portfolio/denials/", denial_views.portfolio, name="portfolio"),
    path("p/<uuid:organization_id>/", include([*practice_pages, *rooms])),
    path("api/v1/", include((endpoints, "api"))),
    path("api/v1/", include(declare_all(api_pages, SESSION_PRACTICE))),
    path("fhir/", include("eligibility.fhir.urls")),
    path("accounts/", include(declare_all(account_pages, PUBLIC))),
    path("admin/", include(declare_all([path("", admin.site.urls)], SESSION_PRACTICE))),
]
