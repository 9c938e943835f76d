from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_payers_word"),
    ]

    operations = [
        migrations.AddField(
            model_name=model,
            name=name,
            field=field,
        )
        for model in ("encounter", "charge")
        for name, field in (
            ("authorization_from_on", models.DateField(null=True, blank=True)),
            ("authorization_to_on", models.DateField(null=True, blank=True)),
            ("authorization_units", models.PositiveIntegerField(null=True, blank=True)),
        )
    ]
