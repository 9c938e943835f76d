"""Append-only double entry in integer cents.

An entry is a set of postings that sum to zero; a debit is positive, a credit negative. Nothing is ever changed:
a correction is a mirror entry that names what it reverses. Balances are a cache of the postings, kept in the same
transaction and proved by `manage.py verify_ledger`.
"""
