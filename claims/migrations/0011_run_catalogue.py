from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_quirks")]

    operations = [
        migrations.AddField(
            model_name="editrun",
            name="catalogue",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
    ]
