from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clearinghouse", "0012_unknown_things"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="enrolled_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The provider's name as the payer has it; claims under another name are warned of",
                max_length=120,
                verbose_name="enrolled as",
            ),
        ),
    ]
