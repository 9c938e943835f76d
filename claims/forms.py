from django import forms


class HandOverForm(forms.Form):
    """`version` is that of the ticket the person saw."""

    reason = forms.CharField(label="What does the other team have to know?", max_length=2000)
    version = forms.IntegerField(widget=forms.HiddenInput)
