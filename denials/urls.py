from django.urls import path

from denials import views

app_name = "denials"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("routing/", views.routing, name="routing"),
    path("routing/save/", views.save_routing, name="save-routing"),
    path("routing/<uuid:rule_id>/delete/", views.delete_routing, name="delete-routing"),
    path("of-claim/<uuid:claim_id>/", views.of_claim, name="of-claim"),
    path("<uuid:denial_id>/", views.denial, name="denial"),
    path("<uuid:denial_id>/appeal/", views.record_appeal, name="appeal"),
    path("appeal/<uuid:appeal_id>/answer/", views.advance_appeal, name="advance-appeal"),
    path("appeal/<uuid:appeal_id>/decision/", views.decide_appeal, name="decide-appeal"),
    path("<uuid:denial_id>/write-off/", views.write_off, name="write-off"),
    path(
        "write-off/<uuid:write_off_id>/approve/",
        views.approve_write_off,
        name="approve-write-off",
    ),
    path(
        "write-off/<uuid:write_off_id>/refuse/",
        views.refuse_write_off,
        name="refuse-write-off",
    ),
    path(
        "write-off/<uuid:write_off_id>/withdraw/",
        views.withdraw_write_off,
        name="withdraw-write-off",
    ),
    path(
        "write-off/<uuid:write_off_id>/take-back/",
        views.take_back_write_off,
        name="take-back-write-off",
    ),
]
