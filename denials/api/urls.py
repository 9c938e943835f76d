from rest_framework.routers import SimpleRouter

from denials.api import views

router = SimpleRouter()
router.register("denials", views.DenialViewSet, basename="denial")
urlpatterns = router.urls
