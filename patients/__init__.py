"""Patients and what is known of them: guarantors, coverages, encounters, diagnoses, charges.

A guarantor is billed, a patient was treated, a subscriber holds the policy: three people, any of whom may be one.
Every value keeps its source and time in the append-only history; a file or a program never overwrites what a person
entered: what it says differently is kept beside it for a person to take.
"""
