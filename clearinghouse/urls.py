from django.urls import path

from clearinghouse import views

app_name = "clearinghouse"
urlpatterns = [
    path("", views.files, name="files"),
    path("<uuid:file_id>/", views.file, name="file"),
    path("<uuid:file_id>/segments/", views.segments, name="segments"),
]
