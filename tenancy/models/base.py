"""What every tenant table shares."""

import uuid
from typing import Any, TypeVar

from django.db import models

from tenancy.ids import uuid7
from tenancy.scope import current_scope, scope_or_none

_Model = TypeVar("_Model", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[_Model]):
    """A queryset of tenant rows; it exists only inside a scope."""


class _ScopedManager(models.Manager[_Model]):
    def get_queryset(self) -> models.QuerySet[_Model]:
        readable = current_scope().readable
        rows = super().get_queryset()
        if len(readable) == 1:
            return rows.filter(organization_id=readable[0])
        return rows.filter(organization_id__in=readable)

    def none(self) -> models.QuerySet[_Model]:
        """No rows need no scope."""
        return super().get_queryset().none()


class TenantManager(_ScopedManager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Raises NoScope outside a scope, otherwise filters to the practices of the scope (the second lock)."""


def _organization_written() -> uuid.UUID | None:
    """The practice of the scope; None outside of one, which the database then refuses."""
    scope = scope_or_none()
    return scope.organization_id if scope else None


class TenantForeignKey(models.ForeignKey):
    """A key to another tenant table; SecureTables makes it `(organization_id, x_id)` in the database."""

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class TenantModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        default=_organization_written,
        db_index=False,
    )

    objects: Any = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
