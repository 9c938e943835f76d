from django.urls import include, path
from rest_framework.routers import SimpleRouter

from eligibility.fhir import views
from eligibility.fhir.faces import FACES

router = SimpleRouter(trailing_slash=False)
router.register(
    "CoverageEligibilityRequest", views.CoverageEligibilityRequestViewSet, basename="eligibility-request"
)
router.register(
    "CoverageEligibilityResponse", views.CoverageEligibilityResponseViewSet, basename="eligibility-response"
)
router.register("Patient", views.PatientViewSet, basename="patient")
router.register("Coverage", views.CoverageViewSet, basename="coverage")
router.register("Organization", views.PayerOrganizationViewSet, basename="organization")

resources = [path("metadata", views.metadata, name="metadata"), *router.urls]
urlpatterns = [
    path(f"{name}/", include((resources, "fhir"), namespace=f"fhir-{name}"), {"face": name}) for name in FACES
]
