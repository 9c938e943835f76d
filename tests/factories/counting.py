from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """The statements inside, without the savepoints that stand for BEGIN and COMMIT in a test, are at
    most `limit`.
    """
    with CaptureQueriesContext(connection) as seen:
        yield
    made = [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(MARKS)]
    assert len(made) <= limit, f"{len(made)} queries:\n" + "\n".join(sql[:160] for sql in made)
