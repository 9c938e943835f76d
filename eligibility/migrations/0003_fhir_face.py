from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0002_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="eligibilityinquiry",
            name="procedure",
            field=models.CharField(blank=True, default="", help_text="HC:97110 …", max_length=30),
        ),
        migrations.AddField(
            model_name="eligibilityinquiry",
            name="filed_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a question about nobody on file was put under a patient",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="eligibilityresponse",
            index=models.Index(fields=["organization", "-received_at", "-id"], name="response_by_moment"),
        ),
    ]
