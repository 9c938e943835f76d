from django.urls import path

from eligibility.views import (
    applying,
    asking,
    batches,
    by_hand,
    checking,
    planning,
    rechecks,
    registering,
    schedule,
    todo,
)

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
    path("<uuid:inquiry_id>/register/", registering.register, name="register"),
    path("<uuid:inquiry_id>/segments/", checking.segments, name="segments"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/check/", schedule.check_day, name="check-day"),
    path("schedule/plan/", planning.plan, name="plan"),
    path("schedule/upload/", planning.upload, name="upload-visits"),
    path("schedule/visits/<uuid:encounter_id>/check/", schedule.check_visit, name="check-visit"),
    path("schedule/visits/<uuid:encounter_id>/change/", planning.change, name="change-visit"),
    path("schedule/visits/<uuid:encounter_id>/cancel/", planning.cancel, name="cancel-visit"),
    path("to-settle/", todo.todo, name="todo"),
    path("batches/", batches.batches, name="batches"),
    path("batches/upload/", batches.upload, name="upload-batch"),
    path("batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/file/", batches.batch_file, name="batch-file"),
    path("rechecks/", rechecks.rechecks, name="rechecks"),
    path("rechecks/save/", rechecks.save, name="save-recheck"),
]
