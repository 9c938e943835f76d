from django.urls import path, re_path

from claims.views import (
    asking,
    building,
    claims,
    dashboard,
    edits,
    follow_up,
    grading,
    imports,
    rejections,
    sending,
    silence,
)

app_name = "claims"
urlpatterns = [
    path("", claims.claims, name="claims"),
    path("dashboard/", dashboard.claims_dashboard, name="dashboard"),
    path("sending/", sending.sending, name="sending"),
    path("follow-up/", follow_up.follow_up, name="follow-up"),
    path("of-visit/<uuid:encounter_id>/", building.of_visit, name="of-visit"),
    path("of-visit/<uuid:encounter_id>/bill/", building.bill_visit, name="bill-visit"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:import_id>/", imports.report, name="import"),
    path("imports/file/<uuid:file_id>/", imports.progress, name="import-progress"),
    path("no-response/<uuid:item_id>/hand-over/", silence.hand_over, name="hand-over"),
    path("rejections/<uuid:item_id>/send-again/", rejections.send_again, name="send-again"),
    path("of-interchange/<uuid:interchange_id>/", sending.of_interchange, name="of-interchange"),
    path("edits/rules/", grading.rules, name="edit-rules"),
    path("edits/rules/<slug:rule>/", grading.rule, name="edit-rule"),
    path("edits/settings/<uuid:setting_id>/", grading.setting, name="edit-setting"),
    path("edits/settings/<uuid:setting_id>/remove/", grading.remove, name="remove-setting"),
    path("edits/like/<slug:rule>/", edits.like_this, name="edits-like"),
    path("<uuid:claim_id>/", claims.claim, name="claim"),
    path("<uuid:claim_id>/edits/rebuild/", edits.rebuild, name="rebuild"),
    path("<uuid:claim_id>/ask/", asking.ask, name="ask"),
    path("<uuid:claim_id>/correct/", building.correct, name="correct"),
    path("<uuid:claim_id>/void/", building.void, name="void"),
    path("<uuid:claim_id>/edits/run/", edits.run_again, name="run-edits"),
    path("<uuid:claim_id>/edits/pass/", edits.let_pass, name="let-pass"),
    path("<uuid:claim_id>/edits/take-back/", edits.take_back, name="take-back"),
    re_path(
        r"^(?P<claim_id>[0-9a-f-]{36})/(?P<tab>edits|versions|answers|payments|work|x12|audit)/$",
        claims.claim,
        name="tab",
    ),
]
