from django.urls import path

from clearinghouse.views import files, partners, sent

app_name = "clearinghouse"
urlpatterns = [
    path("", files.files, name="files"),
    path("bring/", files.bring, name="bring"),
    path("<uuid:file_id>/", files.file, name="file"),
    path("<uuid:file_id>/segments/", files.segments, name="segments"),
    path("partners/", partners.partners, name="partners"),
    path("partners/new/", partners.partner_new, name="partner_new"),
    path("partners/<uuid:partner_id>/", partners.partner, name="partner"),
    path("partners/<uuid:partner_id>/edit/", partners.partner_edit, name="partner_edit"),
    path("partners/<uuid:partner_id>/connection/", partners.connection, name="connection"),
    path("partners/<uuid:partner_id>/fetch/", partners.fetch_now, name="fetch_now"),
    path("partners/<uuid:partner_id>/routes/", partners.route_add, name="route_add"),
    path(
        "partners/<uuid:partner_id>/routes/<uuid:route_id>/remove/",
        partners.route_remove,
        name="route_remove",
    ),
    path("enrolments/", partners.enrolments, name="enrolments"),
    path("enrolments/add/", partners.enrolment_add, name="enrolment_add"),
    path("enrolments/<uuid:enrolment_id>/name/", partners.enrolment_name, name="enrolment_name"),
    path("enrolments/<uuid:enrolment_id>/move/", partners.enrolment_move, name="enrolment_move"),
    path("sent/", sent.sent, name="sent"),
    path("sent/<uuid:interchange_id>/", partners.interchange, name="interchange"),
    path("sent/<uuid:interchange_id>/download/", partners.interchange_download, name="interchange_download"),
    path("sent/<uuid:interchange_id>/send/", partners.interchange_send, name="interchange_send"),
    path("sent/<uuid:interchange_id>/confirm/", partners.interchange_confirm, name="interchange_confirm"),
]
