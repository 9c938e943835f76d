"""The one worklist machine: items of work, their queues, leases, notes, saved views, bulk runs and
exports.

A work item says that a person has to look at something. Higher apps register a kind of item
(`workbench.kinds`) and get a queue with filters, counts, keyset pages, row selection, bulk actions, next-
item mode and CSV for it. One cause has at most one open item. Stages: to work, waiting, closed; states:
`choices.ItemState`.
"""
