from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="charge",
            name="price_source",
            field=models.CharField(
                choices=[
                    ("CLAIM_FILE", "837 file"),
                    ("MANUAL", "entered by hand"),
                    ("API", "another program"),
                ],
                default="MANUAL",
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="billing_state",
            field=models.CharField(
                choices=[
                    ("OPEN", "Being entered"),
                    ("READY", "Ready to bill"),
                    ("HELD", "Held"),
                    ("BILLED", "Billed"),
                    ("CHANGED", "Changed after billing"),
                ],
                default="OPEN",
                editable=False,
                max_length=24,
            ),
        ),
        migrations.RemoveIndex(model_name="encounter", name="encounter_to_bill"),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(
                condition=models.Q(billing_state__in=["OPEN", "READY", "HELD", "CHANGED"]),
                fields=["organization", "service_from_on", "id"],
                name="encounter_to_bill",
            ),
        ),
    ]
