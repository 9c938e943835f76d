"""Where a request stands still when a test says so: gunicorn reads this as its configuration."""

import os
from pathlib import Path
from typing import Any

from tests.soak.steps import AFTER, Signpost, Step, watch
from tests.soak.wrong_ways import WRONG_WAYS

FOLDER, TWIN = "RCM_SOAK_FOLDER", "RCM_SOAK_TWIN"


def with_somebody_to_tell(given: Any, result: Any) -> bool:
    return bool(given.run_on_commit)


DATABASE = "django.db.backends.base.base.BaseDatabaseWrapper"
# In the order in which they come.
STEPS = {
    "asked, nothing done": Step("tenancy.middleware.open_scope"),
    "done, not committed": Step(f"{DATABASE}.commit", counts=with_somebody_to_tell),
    "committed, nobody told": Step(f"{DATABASE}.run_and_clear_commit_hooks", counts=with_somebody_to_tell),
    "committed, not answered": Step("tenancy.middleware.TenancyMiddleware._inside", AFTER),
}


def post_fork(server: Any, worker: Any) -> None:
    """Called by gunicorn in every process it starts."""
    if folder := os.environ.get(FOLDER):
        watch(STEPS, Signpost(Path(folder)))
    if twin := os.environ.get(TWIN):
        WRONG_WAYS[twin]()
