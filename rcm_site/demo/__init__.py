"""A demonstration year: two practices, one billing company, about two thousand claims, made by driving the product.

Claims come from 837 files of an invented practice system, payments from the simulated payers' 835 files. What
they refuse is worked by invented people through the verbs of the screens. Nothing is inserted by hand.
"""
