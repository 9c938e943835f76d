"""This app's words of the audit trail."""

VERBS = {
    "reference.payer.created": "added a payer",
    "reference.payer.edited": "edited a payer",
    "reference.payer_alias.added": "taught the practice another name of a payer",
    "reference.payer_alias.removed": "removed another name of a payer",
    "reference.credentialing.set": "wrote down when a payer takes a provider",
    "reference.credentialing.removed": "removed the time in which a payer takes a provider",
    "reference.deadline_rule.added": "added a payer's deadline",
    "reference.deadline_rule.changed": "changed a payer's deadline",
    "reference.deadline_rule.removed": "removed a payer's deadline",
    "reference.deadlines.confirmed": "confirmed a payer's deadlines",
    "reference.payer_rule.added": "added a reading of denials",
    "reference.payer_rule.edited": "edited a reading of denials",
    "reference.provider.created": "added a provider",
    "reference.provider.edited": "edited a provider",
    "reference.location.edited": "edited a location",
}
