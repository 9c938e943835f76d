from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0005_schedule"),
    ]

    operations = [
        migrations.AlterField(
            model_name="eligibilityresponse",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("ANSWERED", "Answered"),
                    ("REJECTED", "Refused by the payer"),
                    ("PERSON_NOT_FOUND", "Person not found"),
                    ("PAYER_UNAVAILABLE", "Payer cannot answer now"),
                    ("UNPARSEABLE", "Answer cannot be read"),
                    ("OTHER_QUESTION", "Answers another question"),
                    ("QUEUED", "Not answered yet"),
                    ("NO_ANSWER", "Not answered"),
                ],
                max_length=20,
            ),
        ),
    ]
