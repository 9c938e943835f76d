from rest_framework.routers import SimpleRouter

from remittances.api import views

router = SimpleRouter()
router.register("remittances/files", views.RemittanceFileViewSet, basename="remittance-file")
router.register("remittances/payments", views.PaymentViewSet, basename="remittance-payment")
router.register("remittances/receivables", views.ReceivableViewSet, basename="payer-receivable")
router.register("remittances", views.RemittanceViewSet, basename="remittance")
router.register("claims", views.NextPayerViewSet, basename="claim-next-payer")
urlpatterns = router.urls
