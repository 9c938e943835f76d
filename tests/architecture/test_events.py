"""What consumers may wait for is told by somebody."""

import ast

from audit.events import KNOWN
from rcm_site.engines.places import PROJECT

ACTS = ("*/services.py", "*/services/*.py", "rcm_site/*/services.py", "*/views/*.py", "tenancy/jobs.py")
"""Where acts are done, and their events emitted."""


def names_in(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_name_of_the_catalogue_is_emitted_by_some_code():
    said = {name for pattern in ACTS for path in PROJECT.glob(pattern) for name in names_in(path)}
    assert KNOWN - said == set()
