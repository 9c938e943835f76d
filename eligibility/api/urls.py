from rest_framework.routers import SimpleRouter

from eligibility.api import views

router = SimpleRouter()
router.register("eligibility/checks", views.CheckViewSet, basename="eligibility-check")
urlpatterns = router.urls
