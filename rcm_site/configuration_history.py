"""The readable field history of configuration, kept by django-auditlog. Never of patients, claims or money."""

from auditlog.registry import auditlog

from claims.models import EditSetting
from denials.models import RoutingRule
from reference.models import Credentialing, DeadlineRule, Payer, PayerAlias, Provider
from tenancy.models import ApiToken, Engagement, Grant, Location, Organization, Person
from workbench.models import WorkQueue

MASKED = {
    Organization: ["tax_id"],
    Location: [],
    Engagement: [],
    Grant: [],
    ApiToken: ["digest"],
    Person: ["email"],
    Payer: ["tax_id"],
    PayerAlias: [],
    Credentialing: [],
    Provider: ["tax_id"],
    DeadlineRule: [],
    RoutingRule: [],
    EditSetting: [],
    WorkQueue: [],
}
LEFT_OUT = {Person: ["password", "last_login", "access_stamp"], ApiToken: ["last_used_on"]}


def keep() -> None:
    for model, masked in MASKED.items():
        if not auditlog.contains(model):
            auditlog.register(model, mask_fields=masked, exclude_fields=LEFT_OUT.get(model, []))
