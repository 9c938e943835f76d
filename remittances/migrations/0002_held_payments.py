from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("remittances", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="remitclaim",
            name="hold",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="remitclaim",
            name="is_released",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
