from django.contrib import admin

from audit.model_admin import WatchedAdmin
from reference.models import (
    AdjustmentReasonCode,
    ClaimStatusCode,
    CodeSetImport,
    DeadlineRule,
    Payer,
    PayerAlias,
    Provider,
    ProviderAdjustmentCode,
    RemarkCode,
)


class ReferenceAdmin(WatchedAdmin):
    view_permission = "reference.view_reference"


@admin.register(Payer)
class PayerAdmin(ReferenceAdmin):
    list_display = ("name", "payer_identifier", "kind", "is_capitated", "deadlines_confirmed", "is_active")
    list_filter = ("kind", "is_active", "deadlines_confirmed")
    search_fields = ("name_normalized", "payer_identifier")


@admin.register(PayerAlias)
class PayerAliasAdmin(ReferenceAdmin):
    list_display = ("written_as", "kind", "payer")
    list_filter = ("kind",)
    list_select_related = ("payer",)


@admin.register(Provider)
class ProviderAdmin(ReferenceAdmin):
    list_display = ("display_name", "npi", "kind", "taxonomy_code", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("search_name", "npi")


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(ReferenceAdmin):
    list_display = ("payer", "kind", "length", "basis", "confidence", "version")
    list_filter = ("kind", "confidence")
    list_select_related = ("payer",)


@admin.register(AdjustmentReasonCode)
class AdjustmentReasonCodeAdmin(ReferenceAdmin):
    list_display = ("code", "meaning", "category", "is_denial", "is_retired")
    list_filter = ("category", "is_denial", "is_retired", "is_mapped")
    search_fields = ("code", "meaning")


@admin.register(RemarkCode)
class RemarkCodeAdmin(ReferenceAdmin):
    list_display = ("code", "meaning", "category", "is_alert", "is_decisive")
    list_filter = ("category", "is_alert", "is_mapped")
    search_fields = ("code", "meaning")


@admin.register(ProviderAdjustmentCode, ClaimStatusCode)
class CodeAdmin(ReferenceAdmin):
    list_display = ("code", "meaning", "is_retired")
    search_fields = ("code", "meaning")


@admin.register(CodeSetImport)
class CodeSetImportAdmin(ReferenceAdmin):
    list_display = ("code_set", "source", "is_official", "row_count", "added", "changed", "loaded_at")
    list_filter = ("code_set", "is_official")
