from decimal import Decimal

from django import forms


class UploadForm(forms.Form):
    """Files as a browser sends them; several at once. The field is read from `request.FILES` as a list."""

    post = forms.BooleanField(label="Post what balances", required=False)


class VersionForm(forms.Form):
    """What the person had before them when they acted."""

    version = forms.IntegerField(min_value=1)


class MatchForm(VersionForm):
    """Either a candidate's claim or a claim number typed in."""

    claim = forms.UUIDField(required=False)
    number = forms.CharField(max_length=38, required=False)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not cleaned.get("claim") and not cleaned.get("number"):
            raise forms.ValidationError("Choose a claim or enter its number.")
        return cleaned


class TieForm(MatchForm):
    """The claim, and how much of what is open belongs to it."""

    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))


class UntieForm(VersionForm):
    tie = forms.UUIDField()


class ReleaseForm(forms.Form):
    """Why the next payer is billed although the earlier one has forwarded the claim."""

    reason = forms.CharField(label="Why is it billed all the same?", max_length=200)


class ReplaceForm(VersionForm):
    """`version` is that of the claim the person saw."""

    reason = forms.CharField(label="Why is it sent again?", max_length=200)
