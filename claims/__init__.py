"""Claims: the obligation, its versions and their lines, and where each stands.

One patient control number belongs to the claim with its whole lineage; versions differ by number, frequency and the
payer's number. Three axes tell where a claim stands (submission, adjudication, responsibility); each moves on evidence
only. Rejected means never adjudicated; denied means adjudicated and not paid.
"""
