from rest_framework.routers import SimpleRouter

from reference.api import views

router = SimpleRouter()
router.register("payers", views.PayerViewSet, basename="payer")
router.register("providers", views.ProviderViewSet, basename="provider")
router.register(
    "adjustment-reason-codes", views.AdjustmentReasonCodeViewSet, basename="adjustment-reason-code"
)
router.register("remark-codes", views.RemarkCodeViewSet, basename="remark-code")
urlpatterns = router.urls
