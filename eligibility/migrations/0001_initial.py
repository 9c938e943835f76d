import django.contrib.postgres.fields
import django.db.models.deletion
import tenancy.ids
import tenancy.models.base
from django.db import migrations, models

from audit.row_triggers import WatchRows
from tenancy.row_security import SecureTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ("clearinghouse", "0011_question_path"),
        ("patients", "0001_initial"),
        ("reference", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EligibilityInquiry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("payer_identifier", models.CharField(max_length=80, verbose_name="payer id")),
                ("provider_name", models.CharField(max_length=60)),
                ("provider_npi", models.CharField(max_length=10, verbose_name="NPI")),
                ("member_number", models.CharField(blank=True, default="", max_length=80)),
                ("group_number", models.CharField(blank=True, default="", max_length=50)),
                ("last_name", models.CharField(blank=True, default="", max_length=60)),
                ("first_name", models.CharField(blank=True, default="", max_length=35)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("sex", models.CharField(blank=True, default="", max_length=1)),
                ("dependent_last_name", models.CharField(blank=True, default="", max_length=60)),
                ("dependent_first_name", models.CharField(blank=True, default="", max_length=35)),
                ("dependent_birth_date", models.DateField(blank=True, null=True)),
                ("dependent_sex", models.CharField(blank=True, default="", max_length=1)),
                ("relationship", models.CharField(blank=True, default="", help_text="INS02", max_length=2)),
                (
                    "service_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, size=None
                    ),
                ),
                ("service_on", models.DateField(verbose_name="date of service")),
                ("is_test", models.BooleanField(default=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[("PERSON", "Asked by a person"), ("API", "Asked by a program")],
                        default="PERSON",
                        max_length=12,
                    ),
                ),
                ("trace_number", models.CharField(max_length=30)),
                ("fingerprint", models.CharField(help_text="The same for the same question", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKING", "Being asked"),
                            ("WAITING", "Will be asked again"),
                            ("ANSWERED", "Answered"),
                            ("REFUSED", "To be mended"),
                            ("FAILED", "No answer"),
                        ],
                        default="ASKING",
                        max_length=12,
                    ),
                ),
                ("content", models.BinaryField(help_text="The 270 as it is sent, the same at each attempt")),
                ("asked_by_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "coverage",
                    tenancy.models.base.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.coverage",
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
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "payer",
                    tenancy.models.base.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="None in test mode",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.payer",
                    ),
                ),
                (
                    "provider",
                    tenancy.models.base.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.provider",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "eligibility inquiries",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["organization", "-asked_at", "-id"], name="inquiry_by_moment"),
                    models.Index(
                        fields=["organization", "fingerprint", "-asked_at"], name="inquiry_by_question"
                    ),
                    models.Index(fields=["organization", "patient", "-asked_at"], name="inquiry_by_patient"),
                    models.Index(
                        condition=models.Q(("state__in", ("ASKING", "WAITING"))),
                        fields=["organization", "asked_at"],
                        name="inquiry_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("ASKING", "WAITING"))),
                        fields=("organization", "fingerprint"),
                        name="inquiry_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("organization", "trace_number"), name="inquiry_trace_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EligibilityResponse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ANSWERED", "Answered"),
                            ("REJECTED", "Refused by the payer"),
                            ("PERSON_NOT_FOUND", "Person not found"),
                            ("PAYER_UNAVAILABLE", "Payer cannot answer now"),
                            ("UNPARSEABLE", "Answer cannot be read"),
                            ("OTHER_QUESTION", "Answers another question"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("INACTIVE", "Not active"),
                            ("UNDETERMINED", "Not known"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answer", models.JSONField()),
                (
                    "inquiry",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "inquiry", "sha256"), name="response_bytes_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InquiryAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("request_id", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("latency_ms", models.PositiveIntegerField()),
                ("adapter", models.CharField(blank=True, default="", max_length=60)),
                ("trouble", models.CharField(blank=True, default="", max_length=20)),
                (
                    "connection",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clearinghouse.connection",
                    ),
                ),
                (
                    "inquiry",
                    tenancy.models.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        SecureTables(["EligibilityInquiry", "InquiryAttempt", "EligibilityResponse"]),
        WatchRows(["EligibilityInquiry"]),
    ]
