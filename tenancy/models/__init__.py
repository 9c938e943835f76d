from tenancy.models.access import ApiToken, Engagement, Grant
from tenancy.models.base import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from tenancy.models.jobs import OutboxMessage
from tenancy.models.organizations import Location, Organization
from tenancy.models.people import Person

__all__ = [
    "ApiToken",
    "Engagement",
    "Grant",
    "Location",
    "Organization",
    "OutboxMessage",
    "Person",
    "TenantForeignKey",
    "TenantManager",
    "TenantModel",
    "TenantQuerySet",
]
