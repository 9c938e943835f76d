from django.urls import path

from rcm_site.access import views

app_name = "access"
urlpatterns = [
    path("", views.people, name="people"),
    path("invite/", views.invite, name="invite"),
    path("people/<uuid:person_id>/give/", views.give, name="give"),
    path("people/<uuid:person_id>/disable/", views.disable, name="disable"),
    path("people/<uuid:person_id>/enable/", views.enable, name="enable"),
    path("people/<uuid:person_id>/second-factor/", views.reset_second_factor, name="reset_second_factor"),
    path("people/<uuid:person_id>/invite-again/", views.invite_again, name="invite_again"),
    path("roles/<uuid:grant_id>/end/", views.end, name="end"),
    path("roles/<uuid:grant_id>/review/", views.review_break_glass, name="review_break_glass"),
    path("engagements/start/", views.start_engagement, name="start_engagement"),
    path("engagements/<uuid:engagement_id>/end/", views.end_engagement, name="end_engagement"),
    path("tokens/issue/", views.issue_token, name="issue_token"),
    path("tokens/<uuid:token_id>/withdraw/", views.withdraw_token, name="withdraw_token"),
]
