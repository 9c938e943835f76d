from django.urls import path

from ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("entries/<uuid:entry_id>/", views.entry, name="entry"),
]
