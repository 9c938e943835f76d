"""How garbage is collected in the processes that serve for long."""

import gc

THRESHOLDS = (10_000, 10, 10)


def spare_what_stays() -> None:
    """Leave what is loaded by now out of every collection to come, and collect after more allocations.

    A full collection would look at each module, class and field of a model anew: a third of the processor time of
    posting a large remittance, and pages of memory no longer shared with the parent process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
