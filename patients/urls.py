from django.urls import path

from patients.views import billing, coverages, encounters, patients, payments

app_name = "patients"
urlpatterns = [
    path("", patients.patients, name="patients"),
    path("new/", patients.register, name="register"),
    path("<uuid:patient_id>/", patients.patient, name="patient"),
    path("<uuid:patient_id>/edit/", patients.edit, name="edit"),
    path("<uuid:patient_id>/guarantor/", patients.guarantor, name="guarantor"),
    path("<uuid:patient_id>/take/<uuid:history_id>/", patients.take, name="take"),
    path("<uuid:patient_id>/coverages/new/", coverages.add, name="add-coverage"),
    path("<uuid:patient_id>/encounters/new/", encounters.record, name="record-encounter"),
    path("<uuid:patient_id>/payments/new/", payments.take, name="take-payment"),
    path("payments/<uuid:payment_id>/", payments.payment, name="payment"),
    path("payments/<uuid:payment_id>/void/", payments.void, name="void-payment"),
    path("coverages/<uuid:coverage_id>/edit/", coverages.edit, name="edit-coverage"),
    path("coverages/<uuid:coverage_id>/verify/", coverages.verify, name="verify-coverage"),
    path("encounters/line/", encounters.line, name="charge-line"),
    path("encounters/<uuid:encounter_id>/", encounters.encounter, name="encounter"),
    path("encounters/<uuid:encounter_id>/edit/", encounters.edit, name="edit-encounter"),
    path("encounters/<uuid:encounter_id>/cancel/", encounters.cancel, name="cancel-encounter"),
    path("encounters/<uuid:encounter_id>/ready/", billing.ready, name="ready"),
    path("encounters/<uuid:encounter_id>/hold/", billing.hold, name="hold"),
    path("encounters/<uuid:encounter_id>/protection/", billing.protection, name="protection"),
    path("encounters/<uuid:encounter_id>/private/", billing.private, name="private"),
    path("encounters/<uuid:encounter_id>/consent/", billing.consent, name="consent"),
    path("holds/<uuid:hold_id>/release/", billing.release, name="release-hold"),
    path("consents/<uuid:consent_id>/revoke/", billing.revoke, name="revoke-consent"),
]
