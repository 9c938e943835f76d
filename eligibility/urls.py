from django.urls import path

from eligibility.views import checking

app_name = "eligibility"
urlpatterns = [
    path("", checking.inquiries, name="inquiries"),
    path("check/", checking.check, name="check"),
    path("<uuid:inquiry_id>/", checking.inquiry, name="inquiry"),
    path("<uuid:inquiry_id>/segments/", checking.segments, name="segments"),
]
