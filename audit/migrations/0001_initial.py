import audit.fields
import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import tenancy.ids
import tenancy.models.base
from django.conf import settings
from pathlib import Path

from django.db import migrations, models

from tenancy.row_security import SecureTables, append_only

FOLDER = Path(__file__).parents[1]
TABLES = ("audit_auditevent", "audit_rowchange", "audit_domainevent", "audit_auditseal")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL((FOLDER / "uuid7.sql").read_text(encoding="utf-8")),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("format", models.PositiveSmallIntegerField()),
                ("sealed_at", models.DateTimeField()),
                (
                    "visible_from",
                    models.BigIntegerField(help_text="Transactions from this number on had not begun"),
                ),
                ("last_transaction_id", models.BigIntegerField()),
                ("last_row_id", models.UUIDField()),
                ("row_count", models.IntegerField()),
                ("total_count", models.BigIntegerField(help_text="Rows under this seal and all before it")),
                ("previous_root", models.BinaryField()),
                ("root", models.BinaryField()),
                ("leaves", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("transaction_id", audit.fields.TransactionIdField()),
                ("recorded_at", audit.fields.RecordedAtField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("PERSON", "Person"),
                            ("API", "API client"),
                            ("JOB", "Job"),
                            ("COMMAND", "Command"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("role", models.CharField(blank=True, max_length=24)),
                ("on_behalf_of", models.UUIDField(null=True)),
                ("session_id", models.CharField(blank=True, max_length=64)),
                ("verb", models.CharField(max_length=80)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.UUIDField(null=True)),
                ("patient_id", models.UUIDField(null=True)),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("HPAYMT", "Payment"),
                            ("HOPERAT", "Operations"),
                            ("TREAT", "Treatment"),
                            ("PATRQT", "Patient request"),
                            ("HCOMPL", "Audit and compliance"),
                            ("BTG", "Break-glass"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("OK", "Done"), ("REFUSED", "Refused"), ("FAILED", "Failed")],
                        default="OK",
                        max_length=8,
                    ),
                ),
                ("request_id", models.UUIDField(null=True)),
                ("correlation_id", models.UUIDField(null=True)),
                (
                    "field_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("item_count", models.IntegerField(null=True)),
                (
                    "data",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["organization", "recorded_at", "id"], name="audit_event_stream"),
                    models.Index(
                        fields=["organization", "actor_id", "recorded_at"], name="audit_event_actor"
                    ),
                    models.Index(fields=["organization", "verb", "recorded_at"], name="audit_event_verb"),
                    models.Index(
                        condition=models.Q(("subject_id__isnull", False)),
                        fields=["organization", "subject_id", "recorded_at"],
                        name="audit_event_subject",
                    ),
                    models.Index(
                        condition=models.Q(("patient_id__isnull", False)),
                        fields=["organization", "patient_id", "recorded_at"],
                        name="audit_event_patient",
                    ),
                    models.Index(fields=["transaction_id", "id"], name="audit_event_sealing"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditExport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("criteria", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "Waiting"), ("DONE", "Done"), ("CLEARED", "Content removed")],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("row_count", models.IntegerField(default=0)),
                ("content", models.BinaryField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                    "requested_by",
                    models.ForeignKey(
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
                    models.Index(fields=["organization", "requested_at"], name="audit_export_latest")
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("schema_version", models.PositiveSmallIntegerField(default=1)),
                ("transaction_id", audit.fields.TransactionIdField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", audit.fields.RecordedAtField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("PERSON", "Person"),
                            ("API", "API client"),
                            ("JOB", "Job"),
                            ("COMMAND", "Command"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("role", models.CharField(blank=True, max_length=24)),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("HPAYMT", "Payment"),
                            ("HOPERAT", "Operations"),
                            ("TREAT", "Treatment"),
                            ("PATRQT", "Patient request"),
                            ("HCOMPL", "Audit and compliance"),
                            ("BTG", "Break-glass"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.UUIDField()),
                ("correlation_id", models.UUIDField()),
                ("causation_id", models.UUIDField(null=True)),
                ("idempotency_key", models.CharField(max_length=200, null=True)),
                (
                    "data",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
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
                "indexes": [
                    models.Index(fields=["organization", "recorded_at", "id"], name="domain_event_stream"),
                    models.Index(
                        fields=["organization", "subject_id", "recorded_at"], name="domain_event_subject"
                    ),
                    models.Index(fields=["transaction_id", "id"], name="domain_event_sealing"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "idempotency_key"), name="domain_event_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.db.models.expressions.RawSQL("rcm_security.uuid7()", []),
                        default=tenancy.ids.uuid7,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("transaction_id", audit.fields.TransactionIdField()),
                ("recorded_at", audit.fields.RecordedAtField()),
                ("table_name", models.CharField(max_length=63)),
                (
                    "operation",
                    models.CharField(
                        choices=[("INSERT", "Inserted"), ("UPDATE", "Changed"), ("DELETE", "Deleted")],
                        max_length=8,
                    ),
                ),
                ("row_id", models.UUIDField(null=True)),
                (
                    "row_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), null=True, size=None
                    ),
                ),
                ("row_count", models.IntegerField(default=1)),
                ("patient_id", models.UUIDField(null=True)),
                (
                    "field_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63), default=list, size=None
                    ),
                ),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("request_id", models.UUIDField(null=True)),
                (
                    "database_role",
                    models.CharField(
                        db_default=django.db.models.expressions.RawSQL("session_user", []), max_length=63
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
                "indexes": [
                    models.Index(fields=["organization", "recorded_at", "id"], name="row_change_stream"),
                    models.Index(fields=["organization", "row_id", "recorded_at"], name="row_change_row"),
                    models.Index(
                        condition=models.Q(("patient_id__isnull", False)),
                        fields=["organization", "patient_id", "recorded_at"],
                        name="row_change_patient",
                    ),
                    models.Index(fields=["transaction_id", "id"], name="row_change_sealing"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealVerification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("requested_at", audit.fields.RecordedAtField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Waiting for the sealer"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                        ],
                        default="REQUESTED",
                        max_length=12,
                    ),
                ),
                ("rows_checked", models.BigIntegerField(default=0)),
                ("rows_total", models.BigIntegerField(default=0)),
                ("verified_until", models.DateTimeField(null=True)),
                ("findings", models.JSONField(default=list)),
                ("finished_at", models.DateTimeField(null=True)),
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
                    "requested_by",
                    models.ForeignKey(
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
                    models.Index(fields=["organization", "requested_at"], name="seal_verification_latest")
                ],
            },
        ),
        SecureTables(["SealVerification", "AuditExport"]),
        migrations.RunSQL((FOLDER / "append_only.sql").read_text(encoding="utf-8")),
        migrations.RunSQL((FOLDER / "row_watch.sql").read_text(encoding="utf-8")),
        *(migrations.RunSQL(statement) for table in TABLES for statement in append_only(table)),
    ]
