from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_acknowledgements")]

    operations = [
        migrations.AddField(
            model_name="claimversion",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
