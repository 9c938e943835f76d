from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0006_authorized"),
    ]

    operations = [
        migrations.AddField(
            model_name="encounter",
            name="pays_privately",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
