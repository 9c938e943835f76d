from django.urls import path

from patients.views import coverages, encounters, patients

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
    path("coverages/<uuid:coverage_id>/edit/", coverages.edit, name="edit-coverage"),
    path("coverages/<uuid:coverage_id>/verify/", coverages.verify, name="verify-coverage"),
    path("encounters/<uuid:encounter_id>/", encounters.encounter, name="encounter"),
    path("encounters/<uuid:encounter_id>/edit/", encounters.edit, name="edit-encounter"),
    path("encounters/<uuid:encounter_id>/cancel/", encounters.cancel, name="cancel-encounter"),
]
