import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference", "0002_quirks")]

    operations = [
        migrations.AddField(
            model_name="payer",
            name="authorized_services",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=5),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="services that need authorization",
            ),
        ),
    ]
