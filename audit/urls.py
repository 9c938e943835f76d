from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.events, name="events"),
    path("verify/", views.verify, name="verify"),
    path("verify/<uuid:verification_id>/", views.verification, name="verification"),
    path("export/", views.export, name="export"),
    path("export/<uuid:export_id>/", views.export_state, name="export_state"),
    path("export/<uuid:export_id>/file/", views.download, name="download"),
]
