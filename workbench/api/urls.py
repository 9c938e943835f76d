from rest_framework.routers import SimpleRouter

from workbench.api import views

router = SimpleRouter()
router.register("work-items", views.WorkItemViewSet, basename="work-item")
urlpatterns = router.urls
