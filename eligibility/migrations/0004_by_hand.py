import django.db.models.deletion
import tenancy.ids
import tenancy.models.base
from django.conf import settings
from django.db import migrations, models

from tenancy.row_security import SecureTables


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("eligibility", "0003_fhir_face"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="eligibilityinquiry",
            name="reason",
            field=models.CharField(
                choices=[
                    ("PERSON", "Asked by a person"),
                    ("API", "Asked by a program"),
                    ("BY_HAND", "Verified by hand"),
                ],
                default="PERSON",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ManualVerification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("PHONE", "By telephone"), ("PORTAL", "In the payer's portal")],
                        max_length=12,
                    ),
                ),
                ("spoke_with", models.CharField(blank=True, default="", max_length=80)),
                ("reference_number", models.CharField(blank=True, default="", max_length=60)),
                ("verified_at", models.DateTimeField()),
                ("evidence", models.BinaryField(help_text="Empty where there is no file")),
                ("evidence_type", models.CharField(blank=True, default="", max_length=40)),
                ("evidence_name", models.CharField(blank=True, default="", max_length=60)),
                ("evidence_sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "inquiry",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="eligibility.eligibilityinquiry",
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
                    "verified_by",
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
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "inquiry"), name="verification_once")
                ],
            },
        ),
        SecureTables(["ManualVerification"], append_only=["ManualVerification"]),
    ]
