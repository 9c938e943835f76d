from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0011_run_catalogue")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="withdrawal_reason",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
    ]
