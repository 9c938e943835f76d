from rest_framework.routers import SimpleRouter

from claims.api import views
from claims.api.tickets import ClaimTicketViewSet

router = SimpleRouter()
router.register("claims/imports", views.ClaimImportViewSet, basename="claim-import")
router.register("claims/tickets", ClaimTicketViewSet, basename="claim-ticket")
router.register("claims", views.ClaimViewSet, basename="claim")
urlpatterns = router.urls
