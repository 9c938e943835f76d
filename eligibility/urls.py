from django.urls import path

from eligibility.views import applying, asking, by_hand, checking

app_name = "eligibility"
urlpatterns = [
    path("", checking.inquiries, name="inquiries"),
    path("check/", asking.check, name="check"),
    path("check/patients/", asking.find_patients, name="find-patients"),
    path("check/payers/", asking.find_payers, name="find-payers"),
    path("by-hand/<uuid:coverage_id>/", by_hand.record, name="by-hand"),
    path("of-patient/<uuid:patient_id>/", checking.history, name="history"),
    path("<uuid:inquiry_id>/", checking.inquiry, name="inquiry"),
    path("<uuid:inquiry_id>/answer/", checking.answer, name="answer"),
    path("<uuid:inquiry_id>/apply/", applying.apply, name="apply"),
    path("<uuid:inquiry_id>/evidence/", by_hand.evidence, name="evidence"),
    path("<uuid:inquiry_id>/segments/", checking.segments, name="segments"),
]
