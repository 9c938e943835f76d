from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clearinghouse", "0010_troubles"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="question_path",
            field=models.CharField(
                blank=True,
                help_text="HTTPS: the path that takes a 270 and answers with the 271; empty where the partner has none",
                max_length=200,
                verbose_name="where questions are answered at once",
            ),
        ),
        migrations.AlterField(
            model_name="enrolment",
            name="transaction",
            field=models.CharField(
                choices=[
                    ("837P", "Professional claims (837P)"),
                    ("837I", "Institutional claims (837I)"),
                    ("276", "Questions about claims (276)"),
                    ("270", "Questions about coverage (270)"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="interchange",
            name="transaction",
            field=models.CharField(
                choices=[
                    ("837P", "Professional claims (837P)"),
                    ("837I", "Institutional claims (837I)"),
                    ("276", "Questions about claims (276)"),
                    ("270", "Questions about coverage (270)"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="payerroute",
            name="transaction",
            field=models.CharField(
                choices=[
                    ("837P", "Professional claims (837P)"),
                    ("837I", "Institutional claims (837I)"),
                    ("276", "Questions about claims (276)"),
                    ("270", "Questions about coverage (270)"),
                ],
                max_length=12,
            ),
        ),
    ]
