from django.contrib import admin

from audit.model_admin import WatchedAdmin
from remittances.models import PayerReceivable, ProviderAdjustment, RemitClaim, Remittance


class RemittancesAdmin(WatchedAdmin):
    view_permission = "remittances.view_remittance"


@admin.register(Remittance)
class RemittanceAdmin(RemittancesAdmin):
    list_display = (
        "trace_number",
        "payer_name",
        "payment_on",
        "payment_cents",
        "claim_count",
        "state",
        "received_at",
    )
    list_filter = ("state",)
    search_fields = ("trace_number__startswith",)


@admin.register(RemitClaim)
class RemitClaimAdmin(RemittancesAdmin):
    list_display = (
        "patient_control_number",
        "payer_control_number",
        "paid_cents",
        "result",
        "match_state",
        "booking",
    )
    list_filter = ("match_state", "booking", "result")
    search_fields = ("patient_control_number__startswith", "payer_control_number__startswith")


@admin.register(ProviderAdjustment)
class ProviderAdjustmentAdmin(RemittancesAdmin):
    list_display = ("reason_code", "reference", "amount_cents", "use")
    list_filter = ("use",)


@admin.register(PayerReceivable)
class PayerReceivableAdmin(RemittancesAdmin):
    list_display = ("reference", "payer", "open_cents", "state", "opened_on", "moved_on")
    list_filter = ("state",)
    list_select_related = ("payer",)
