"""What a payer refused to pay, and what is done about it.

A denial is one per claim line and payer for the whole life of the claim: a second refusal of the same
line is a further occurrence of the same denial, not a new one. It is made by a job from the adjudication
facts of `remittances`, stands in the denial queue as a work item, and ends recovered, lost, written off,
transferred or cancelled. A rejection (never adjudicated) is not a denial. States: `choices.DenialState`.
"""
