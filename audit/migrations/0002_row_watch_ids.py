from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Number the row changes of one statement from one id."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL((Path(__file__).parents[1] / "row_watch.sql").read_text(encoding="utf-8")),
    ]
