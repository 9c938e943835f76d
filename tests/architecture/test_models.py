"""What imports cannot show: every table is behind the locks, and keys point down the house."""

import pytest
from django.apps import apps
from django.db import connections, models

from tenancy.models import TenantForeignKey, TenantManager, TenantModel

FLOORS = [
    "tenancy", "audit", "reference", "workbench", "clearinghouse", "ledger",
    "patients", "eligibility", "claims", "remittances", "denials", "rcm_site",
]  # fmt: skip

# The written list of what belongs to no practice (architecture §11). Everything else is a TenantModel.
GLOBAL_MODELS = {
    "tenancy.Organization", "tenancy.Location", "tenancy.Engagement", "tenancy.Person", "tenancy.Grant",
    "tenancy.ApiToken", "tenancy.OutboxMessage",
    "reference.CodeSetImport", "reference.AdjustmentReasonCode", "reference.RemarkCode",
    "reference.ProviderAdjustmentCode", "reference.ClaimStatusCode",
    "reference.CodeRelease", "reference.CodePair", "reference.UnitLimit", "reference.DiagnosisCode",
    "reference.ServiceCode",
    "audit.AuditSeal",
}  # fmt: skip
# Tables behind row security of their own making, because their organisation may be empty (sign-in, refusals).
OWN_POLICIES = {"audit.AuditEvent", "audit.DomainEvent", "audit.RowChange"}

OUR_MODELS = [
    model
    for label in FLOORS
    if label in apps.app_configs
    for model in apps.get_app_config(label).get_models()
]
TENANT_MODELS = [model for model in OUR_MODELS if issubclass(model, TenantModel)]


def label(model):
    return model._meta.label


@pytest.mark.parametrize("model", OUR_MODELS, ids=label)
def test_a_model_is_a_tenants_or_on_the_written_list(model):
    assert issubclass(model, TenantModel) or label(model) in GLOBAL_MODELS | OWN_POLICIES


@pytest.mark.parametrize("model", TENANT_MODELS, ids=label)
def test_default_and_base_manager_refuse_outside_a_scope(model):
    assert isinstance(model._default_manager, TenantManager)
    assert isinstance(model._base_manager, TenantManager)


@pytest.mark.parametrize("model", OUR_MODELS, ids=label)
def test_keys_point_down_and_leave_no_trace_below(model):
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey) or field.remote_field.model._meta.app_label not in FLOORS:
            continue
        target = field.remote_field.model
        assert FLOORS.index(target._meta.app_label) <= FLOORS.index(model._meta.app_label), field
        if target._meta.app_label != model._meta.app_label:
            assert field.remote_field.related_name == "+", f"{field} needs related_name='+'"
        if issubclass(target, TenantModel):
            assert isinstance(field, TenantForeignKey), f"{field} must be a TenantForeignKey"


@pytest.mark.parametrize("model", OUR_MODELS, ids=label)
def test_money_is_whole_cents(model):
    for field in model._meta.local_fields:
        if field.name.endswith("_cents"):
            assert isinstance(field, models.BigIntegerField), field


def catalogue(query):
    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_every_tenant_table_is_behind_forced_row_security_with_four_policies(db):
    rows = catalogue(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,"
        " (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname)"
        " FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    state = {name: tuple(rest) for name, *rest in rows}
    for model in TENANT_MODELS:
        secured, forced, policies = state[model._meta.db_table]
        assert secured, label(model)
        assert forced, label(model)
        assert policies >= (2 if label(model) in OWN_POLICIES else 4), label(model)


def test_every_table_with_an_organization_is_behind_row_security_or_on_the_list(db):
    rows = catalogue(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relforcerowsecurity"
    )
    allowed = {model._meta.db_table for model in OUR_MODELS if label(model) in GLOBAL_MODELS}
    assert {name for (name,) in rows} <= allowed


def test_keys_between_tenant_tables_carry_the_organization(db):
    rows = catalogue(
        "SELECT conrelid::regclass::text, (SELECT array_agg(a.attname::text ORDER BY k.ordinal)"
        " FROM unnest(conkey) WITH ORDINALITY k(number, ordinal)"
        " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.number) FROM pg_constraint WHERE contype = 'f'"
    )
    composite = {(table, tuple(columns)) for table, columns in rows}
    for model in TENANT_MODELS:
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                assert (model._meta.db_table, ("organization_id", field.column)) in composite, field


def test_every_row_belongs_to_an_organization_that_exists(db):
    """By a key of its own, or by a composite key, never empty, to a table of which that is known."""
    rows = catalogue(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        " AND (confrelid = 'tenancy_organization'::regclass OR NOT EXISTS (SELECT FROM pg_attribute a"
        " WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey) AND NOT a.attnotnull))"
        " AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = conrelid"
        " AND a.attnum = ANY (conkey) AND a.attname = 'organization_id')"
    )
    known = {"tenancy_organization"}
    while more := {table for table, target in rows if target in known} - known:
        known |= more
    assert {model._meta.db_table for model in TENANT_MODELS} <= known


def test_uniques_of_tenant_tables_are_per_organization(db):
    rows = catalogue(
        "SELECT t.relname, ix.indexrelid::regclass::text, (SELECT array_agg(a.attname::text) FROM pg_attribute a"
        " WHERE a.attrelid = ix.indrelid AND a.attnum = ANY (ix.indkey::int2[])) FROM pg_index ix"
        " JOIN pg_class t ON t.oid = ix.indrelid WHERE ix.indisunique AND NOT ix.indisprimary"
    )
    tables = {model._meta.db_table for model in TENANT_MODELS}
    for table, index, columns in rows:
        if table in tables:
            assert "organization_id" in (columns or []), f"{index} would tell one practice of another's rows"


def test_no_running_role_owns_a_table_or_stands_above_row_security(db):
    running = "('rcm_app', 'rcm_worker', 'rcm_report', 'rcm_sealer')"
    roles = catalogue(
        f"SELECT rolname FROM pg_roles WHERE rolname IN {running}"
        " AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)"
    )
    owned = catalogue(f"SELECT tablename FROM pg_tables WHERE tableowner IN {running}")
    assert roles == []
    assert owned == []


def test_there_are_no_materialised_views(db):
    assert catalogue("SELECT matviewname FROM pg_matviews") == []
