from django.contrib import admin

from audit.model_admin import WatchedAdmin
from clearinghouse.models import ExchangeFile, FileArrival


class ClearinghouseAdmin(WatchedAdmin):
    view_permission = "clearinghouse.view_file"


@admin.register(ExchangeFile)
class ExchangeFileAdmin(ClearinghouseAdmin):
    list_display = ("name", "direction", "kinds", "state", "size", "source", "received_at")
    list_filter = ("state", "direction", "source")
    search_fields = ("sha256__startswith",)


@admin.register(FileArrival)
class FileArrivalAdmin(ClearinghouseAdmin):
    list_display = ("name", "source", "arrived_at")
    list_filter = ("source",)
