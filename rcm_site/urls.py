"""Where each room is mounted. Addresses of patient data carry the practice."""

from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from rcm_site import views
from tenancy.access import PUBLIC, SESSION_PRACTICE, declare_all

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)

ROOMS = {
    "denials": "denials/",
    "remittances": "remittances/",
    "claims": "claims/",
    "patients": "patients/",
    "ledger": "ledger/",
    "clearinghouse": "files/",
    "workbench": "work/",
    "reference": "reference/",
    "audit": "audit/",
}
LANDED = [app for app in ROOMS if find_spec(app)]
rooms = [path(ROOMS[app], include(f"{app}.urls")) for app in LANDED if find_spec(f"{app}.urls")]
endpoints = [path("", include(f"{app}.api.urls")) for app in LANDED if find_spec(f"{app}.api")]

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("p/<uuid:organization_id>/", include([path("", views.today, name="today"), *rooms])),
    path("api/v1/", include((endpoints, "api"))),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
declare_all(urlpatterns[-2:-1], PUBLIC)
declare_all(urlpatterns[-1:], SESSION_PRACTICE)
