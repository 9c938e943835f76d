"""A payer and clearinghouse in one, deterministic: it reads 837 bytes, never our tables, and answers with 835 bytes.

It keeps its own truth of what it decided, so that a test can judge our ledger and our denials by it.
"""
