from django.urls import path

from remittances import billing_views, views

app_name = "remittances"
urlpatterns = [
    path("", views.remittances, name="remittances"),
    path("upload/", views.upload, name="upload"),
    path("files/<uuid:file_id>/", views.file_results, name="file"),
    path("receivables/", views.receivables, name="receivables"),
    path("receivables/<uuid:receivable_id>/", views.receivable, name="receivable"),
    path("receivables/<uuid:receivable_id>/tie/", views.tie, name="tie"),
    path("receivables/<uuid:receivable_id>/untie/", views.untie, name="untie"),
    path("<uuid:remittance_id>/", views.remittance, name="remittance"),
    path("<uuid:remittance_id>/dry-run/", views.dry_run, name="dry-run"),
    path("<uuid:remittance_id>/post/", views.post, name="post"),
    path("<uuid:remittance_id>/unpost/", views.unpost, name="unpost"),
    path("of-claim/<uuid:claim_id>/", views.of_claim, name="of-claim"),
    path("next-payer/<uuid:claim_id>/", billing_views.next_payer, name="next-payer"),
    path("of-claim/<uuid:claim_id>/correct/", billing_views.correct_claim, name="correct-claim"),
    path("of-claim/<uuid:claim_id>/void/", billing_views.void_claim, name="void-claim"),
    path("payments/<uuid:remit_claim_id>/", views.payment, name="payment"),
    path("payments/<uuid:remit_claim_id>/match/", views.match, name="match"),
    path("payments/<uuid:remit_claim_id>/detach/", views.detach, name="detach"),
    path("payments/<uuid:remit_claim_id>/beside/", views.beside, name="beside"),
    path("payments/<uuid:remit_claim_id>/release/", views.release, name="release"),
    path("payments/<uuid:remit_claim_id>/hold/", views.hold, name="hold"),
    path("payments/<uuid:remit_claim_id>/correct/", views.correct, name="correct"),
]
