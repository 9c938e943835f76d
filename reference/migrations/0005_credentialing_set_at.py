import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference", "0004_credentialing")]

    operations = [
        migrations.AddField(
            model_name="credentialing",
            name="set_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
    ]
