import django.db.models.deletion
import tenancy.ids
import tenancy.models.base
from django.conf import settings
from django.db import migrations, models

from audit.row_triggers import WatchRows
from tenancy.row_security import SecureTables


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("ledger", "0001_initial"),
        ("patients", "0002_capture"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PatientPayment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "receipt_number",
                    models.PositiveIntegerField(help_text="Counted in the practice, without gaps"),
                ),
                ("amount_cents", models.BigIntegerField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("CARD", "Card"),
                            ("CASH", "Cash"),
                            ("CHECK", "Check"),
                            ("OTHER", "Another way"),
                        ],
                        max_length=24,
                    ),
                ),
                ("reference", models.CharField(blank=True, default="", max_length=60)),
                ("paid_for", models.CharField(blank=True, default="", max_length=80, verbose_name="for")),
                ("received_on", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=120)),
                (
                    "entry",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                    ),
                ),
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
                    "patient",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="patients.patient",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["organization", "patient", "-id"], name="payment_by_patient")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "receipt_number"), name="payment_receipt_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)), name="payment_is_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("voided_at__isnull", True),
                            models.Q(("void_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_voided_with_a_reason",
                    ),
                ],
            },
        ),
        SecureTables(["PatientPayment"]),
        WatchRows(["PatientPayment"]),
    ]
