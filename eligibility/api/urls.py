from django.urls import path
from rest_framework.routers import SimpleRouter

from eligibility.api import artifacts, views

router = SimpleRouter()
router.register("eligibility/checks", views.CheckViewSet, basename="eligibility-check")
urlpatterns = [
    *router.urls,
    path("eligibility/artifacts/<str:token>/", artifacts.artifact, name="eligibility-artifact"),
]
