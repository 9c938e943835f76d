import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="payer",
            name="quirks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("AUTHORIZATION_ON_LINES", "Authorization repeated on every line"),
                        ("NO_GROUP_NUMBER", "No group number"),
                        ("NO_SPECIALTIES", "No specialties (taxonomy codes) of providers"),
                        ("BARE_MEMBER_ID", "Member id without hyphens"),
                    ],
                    max_length=40,
                ),
                blank=True,
                db_default=[],
                default=list,
                help_text="What this payer wants otherwise on its claims",
                size=None,
            ),
        ),
    ]
