from rest_framework.routers import SimpleRouter

from claims.api import views

router = SimpleRouter()
router.register("claims/imports", views.ClaimImportViewSet, basename="claim-import")
router.register("claims", views.ClaimViewSet, basename="claim")
urlpatterns = router.urls
