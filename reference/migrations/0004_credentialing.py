import django.db.models.deletion
from django.db import migrations, models

import tenancy.ids
import tenancy.models.base
from audit.row_triggers import WatchRows
from tenancy.row_security import SecureTables


class Migration(migrations.Migration):
    dependencies = [
        ("reference", "0003_authorized_services"),
        ("audit", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Credentialing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_on", models.DateField()),
                ("stops_on", models.DateField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.models.base._organization_written,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
                (
                    "payer",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentialings",
                        to="reference.payer",
                    ),
                ),
                (
                    "provider",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reference.provider",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "payer", "provider", "starts_on"), name="credentialing_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stops_on__isnull", True),
                            ("stops_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="credentialing_dates",
                    ),
                ],
            },
        ),
        SecureTables(["Credentialing"]),
        WatchRows(["Credentialing"]),
    ]
