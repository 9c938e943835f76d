from django.urls import path

from reference import views

app_name = "reference"
urlpatterns = [
    path("", views.payers, name="payers"),
    path("payers/new/", views.payer_new, name="payer_new"),
    path("payers/<uuid:payer_id>/", views.payer, name="payer"),
    path("payers/<uuid:payer_id>/edit/", views.payer_edit, name="payer_edit"),
    path("payers/<uuid:payer_id>/names/", views.alias_add, name="alias_add"),
    path("payers/<uuid:payer_id>/names/<uuid:alias_id>/remove/", views.alias_remove, name="alias_remove"),
    path("payers/<uuid:payer_id>/providers/", views.credentialing_set, name="credentialing_set"),
    path(
        "payers/<uuid:payer_id>/providers/<uuid:credentialing_id>/remove/",
        views.credentialing_remove,
        name="credentialing_remove",
    ),
    path("payers/<uuid:payer_id>/deadlines/confirm/", views.deadlines_confirm, name="deadlines_confirm"),
    path("payers/<uuid:payer_id>/deadlines/new/", views.rule_new, name="rule_new"),
    path("payers/<uuid:payer_id>/deadlines/<uuid:rule_id>/", views.rule_edit, name="rule_edit"),
    path("payers/<uuid:payer_id>/deadlines/<uuid:rule_id>/remove/", views.rule_remove, name="rule_remove"),
    path("readings/", views.payer_rules, name="payer_rules"),
    path("readings/new/", views.payer_rule_new, name="payer_rule_new"),
    path("readings/<uuid:payer_rule_id>/", views.payer_rule_edit, name="payer_rule_edit"),
    path("providers/", views.providers, name="providers"),
    path("providers/new/", views.provider_new, name="provider_new"),
    path("providers/<uuid:provider_id>/", views.provider_edit, name="provider_edit"),
    path("locations/", views.locations, name="locations"),
    path("locations/new/", views.location_new, name="location_new"),
    path("locations/<uuid:location_id>/", views.location_edit, name="location_edit"),
    path("codes/", views.codes, name="codes"),
]
