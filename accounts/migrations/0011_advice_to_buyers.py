"""What is no quality problem (S-077) and when to refuse a parcel (S-145), in the shop's own words."""

from django.db import migrations, models


def text(name: str) -> models.TextField:
    return models.TextField(blank=True, default="", max_length=600, verbose_name=name)


def add(field: str, name: str) -> list[migrations.AddField]:
    fields = ((f"{field}_{code}", text(f"{name}, in {language}")) for code, language in LANGUAGES)
    return [migrations.AddField("shop", column, column_of, preserve_default=False) for column, column_of in fields]


LANGUAGES = (("zh", "Chinese"), ("en", "English"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_consent")]

    operations = [
        *add("not_quality", "what is no quality problem"),
        *add("refuse_parcel", "when to refuse a parcel"),
    ]
