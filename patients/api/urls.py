from rest_framework.routers import SimpleRouter

from patients.api import views, visit_views

router = SimpleRouter()
router.register("patients", views.PatientViewSet, basename="patient")
router.register("encounters", visit_views.EncounterViewSet, basename="encounter")
router.register("charges", visit_views.ChargeViewSet, basename="charge")
urlpatterns = router.urls
