"""Every address says who may come in, and every job that is asked for by name exists."""

import ast
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tenancy.access import Access
from tenancy.jobs import job_names
from tenancy.roles import PERMISSIONS, ROLE_PERMISSIONS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("rcm_site", "denials", "remittances", "claims", "eligibility", "patients", "ledger", "clearinghouse",
        "workbench", "reference", "audit", "tenancy")  # fmt: skip


def walk(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


ADDRESSES = list(walk(get_resolver().url_patterns))


def calls(name):
    """Every `name("literal", …)` in our own code, as (file, literal)."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    called = (
                        node.func.attr
                        if isinstance(node.func, ast.Attribute)
                        else getattr(node.func, "id", "")
                    )
                    if called == name and isinstance(node.args[0].value, str):
                        yield file.relative_to(ROOT), node.args[0].value


@pytest.mark.parametrize(("address", "view"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_an_address_declares_its_access(address, view):
    viewset = getattr(view, "cls", None)
    if viewset is not None and hasattr(viewset, "required_permissions"):
        for action in view.actions.values():
            assert viewset.required_permissions.get(action) in PERMISSIONS, f"{viewset.__name__}.{action}"
        return
    access = getattr(view, "access", None)
    assert isinstance(access, Access)
    assert access.permission is None or access.permission in PERMISSIONS


def test_patient_pages_carry_the_practice_in_their_address():
    for address, view in ADDRESSES:
        access = getattr(view, "access", None)
        if access and access.permission and not access.portfolio and not access.session_practice:
            assert address.startswith("p/<uuid:organization_id>/"), address


def test_every_permission_is_asked_for_somewhere_and_held_by_some_role():
    asked = "\n".join(file.read_text(encoding="utf-8") for app in APPS for file in (ROOT / app).rglob("*.py")
                      if file.name != "roles.py")  # fmt: skip
    templates = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "templates").rglob("*.html"))
    held = frozenset().union(*ROLE_PERMISSIONS.values())
    for permission in PERMISSIONS:
        assert permission in asked + templates, permission
        assert permission in held, permission


def test_every_job_enqueued_by_name_exists():
    for file, name in calls("enqueue"):
        assert name in job_names(), f"{file}: {name}"
