from django.urls import path

from workbench import bulk_views, views

app_name = "workbench"
urlpatterns = [
    path("", views.index, name="index"),
    path("item/<uuid:item_id>/", views.item, name="item"),
    path("item/<uuid:item_id>/claim/", views.claim, name="claim"),
    path("item/<uuid:item_id>/release/", views.release, name="release"),
    path("item/<uuid:item_id>/assign/", views.assign, name="assign"),
    path("item/<uuid:item_id>/snooze/", views.snooze, name="snooze"),
    path("item/<uuid:item_id>/block/", views.block, name="block"),
    path("item/<uuid:item_id>/wake/", views.wake, name="wake"),
    path("item/<uuid:item_id>/note/", views.note, name="note"),
    path("item/<uuid:item_id>/escalate/", views.escalate, name="escalate"),
    path("item/<uuid:item_id>/close/", views.close, name="close"),
    path("item/<uuid:item_id>/reopen/", views.reopen, name="reopen"),
    path("item/<uuid:item_id>/skip/", views.skip, name="skip"),
    path("item/<uuid:item_id>/heartbeat/", views.heartbeat, name="heartbeat"),
    path("item/<uuid:item_id>/fix/", views.fix, name="fix"),
    path("bulk/<uuid:run_id>/", bulk_views.status, name="bulk-status"),
    path("export/<uuid:export_id>/", views.export_status, name="export"),
    path("export/<uuid:export_id>/file/", views.export_download, name="export-download"),
    path("<slug:slug>/", views.queue, name="queue"),
    path("<slug:slug>/counts/", views.counts, name="counts"),
    path("<slug:slug>/next/", views.next_item, name="next"),
    path("<slug:slug>/stop/", views.stop_next, name="stop"),
    path("<slug:slug>/bulk/", bulk_views.preview, name="bulk"),
    path("<slug:slug>/bulk/run/", bulk_views.run, name="bulk-run"),
    path("<slug:slug>/export/", views.export, name="order-export"),
    path("<slug:slug>/columns/", views.choose_columns, name="columns"),
    path("<slug:slug>/views/", views.save_view, name="save-view"),
    path("<slug:slug>/views/<uuid:view_id>/delete/", views.delete_view, name="delete-view"),
]
