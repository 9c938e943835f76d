import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_billing_runs")]

    operations = [
        migrations.AddField(
            model_name="claimversion",
            name="quirks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50), blank=True, db_default=[], default=list, size=None
            ),
        ),
    ]
