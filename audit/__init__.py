"""Who did what, to whose data, for whom and why: the append-only audit trail, its seals, row changes and domain events.

An *audit event* is one verb, view, search or refusal by one actor. A *row change* is what the database saw happen to a
watched table, whoever wrote it. A *domain event* tells what became of a claim, a remittance, a denial. A *seal* is the
signed Merkle root of the rows since the seal before, written down outside the database as well.
"""
