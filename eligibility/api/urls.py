from django.urls import path
from rest_framework.routers import SimpleRouter

from eligibility.api import artifacts, batches, views

router = SimpleRouter()
router.register("eligibility/checks", views.CheckViewSet, basename="eligibility-check")
router.register("eligibility/batches", batches.BatchViewSet, basename="eligibility-batch")
urlpatterns = [
    *router.urls,
    path("eligibility/artifacts/<str:token>/", artifacts.artifact, name="eligibility-artifact"),
]
