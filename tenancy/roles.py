"""Who may what: one table of permissions and the roles that carry them.

Permission names are `<app>.<verb>_<noun>`. They are stored as Django permissions on Organization, granted per
object through guardian; a role is only ever a name for a set of them.
"""

from tenancy.choices import Role

PERMISSIONS: dict[str, str] = {
    "patients.view_patient": "See patients, coverage and encounters",
    "patients.edit_patient": "Register and edit patients and guarantors",
    "patients.edit_coverage": "Register and edit coverage",
    "patients.edit_charge": "Capture encounters and charges",
    "patients.take_payment": "Take patients' payments, and void one's own of the same day",
    "patients.void_payment": "Void any patient's payment",
    "eligibility.view_inquiry": "See what payers say about coverage",
    "eligibility.ask_payer": "Ask payers about coverage",
    "claims.view_claim": "See claims",
    "claims.pass_edit": "Let claims pass edits that hold them, with a reason",
    "claims.pass_fatal_edit": "Let claims pass what the practice itself made fatal",
    "claims.grade_edit": "Decide how much a fault of a claim weighs",
    "claims.import_claim": "Import claims from a file",
    "claims.send_claim": "Send claims that are ready",
    "claims.ask_payer": "Ask payers where claims stand",
    "claims.build_claim": "Make claims, correct and void them, bill the next payer",
    "ledger.view_ledger": "See ledger entries and balances",
    "clearinghouse.view_file": "See stored files and raw segments",
    "clearinghouse.view_partner": "See trading partners, routes, enrolments and what was sent",
    "clearinghouse.edit_partner": "Edit trading partners, routes and enrolments",
    "clearinghouse.send_file": "Bring files to a partner by hand, and theirs here",
    "remittances.view_remittance": "See remittances",
    "remittances.ingest_remittance": "Upload remittance files",
    "remittances.match_remittance": "Match and detach remittance claims",
    "remittances.post_remittance": "Post remittances",
    "remittances.unpost_remittance": "Un-post what one posted oneself the same day",
    "remittances.unpost_any": "Un-post any remittance",
    "denials.view_denial": "See denials",
    "denials.work_denial": "Work denials: notes, appeals, resolution",
    "denials.write_off": "Write off up to one's own limit",
    "denials.approve_write_off": "Approve write-offs above the requester's limit",
    "denials.configure_routing": "Decide which denials go to which queue",
    "workbench.view_queue": "See the work queues of what one may see",
    "workbench.work_item": "Claim, assign, snooze, note and close work items of what one may see",
    "workbench.bulk_work": "Work many items at once",
    "workbench.export": "Export lists",
    "reference.view_reference": "See payers, providers, locations and codes",
    "reference.edit_reference": "Edit payers, providers and locations",
    "tenancy.view_access": "See who has access and why",
    "tenancy.manage_access": "Invite, grant, disable and end access",
    "audit.view_audit": "Search the audit trail",
    "audit.export_audit": "Export the audit trail",
}

# What only a right to the whole practice carries: files, books and the trail speak of every location and payer at once.
WHOLE_PRACTICE = frozenset(
    {
        "ledger.view_ledger",
        "clearinghouse.view_file",
        "claims.import_claim",
        "claims.send_claim",
        "remittances.ingest_remittance",
        "remittances.post_remittance",
        "remittances.unpost_remittance",
        "remittances.unpost_any",
        "audit.view_audit",
        "audit.export_audit",
    }
)

_SEE_MONEY = {
    "claims.view_claim",
    "ledger.view_ledger",
    "remittances.view_remittance",
    "clearinghouse.view_file",
}
_SEE = _SEE_MONEY | {
    "patients.view_patient",
    "eligibility.view_inquiry",
    "denials.view_denial",
    "workbench.view_queue",
    "reference.view_reference",
    "clearinghouse.view_partner",
}
_WORK = {"workbench.work_item", "workbench.bulk_work", "workbench.export"}

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.FRONT_DESK: frozenset(
        {
            "patients.view_patient",
            "patients.edit_patient",
            "patients.edit_coverage",
            "patients.take_payment",
            "eligibility.view_inquiry",
            "eligibility.ask_payer",
            "workbench.view_queue",
            "workbench.work_item",
            "workbench.export",
            "reference.view_reference",
        }
    ),
    Role.BILLER: frozenset(
        _SEE
        | _WORK
        | {
            "patients.edit_patient",
            "patients.edit_coverage",
            "patients.edit_charge",
            "patients.take_payment",
            "eligibility.ask_payer",
            "claims.import_claim",
            "claims.send_claim",
            "claims.build_claim",
            "claims.ask_payer",
            "clearinghouse.send_file",
            "remittances.ingest_remittance",
            "denials.work_denial",
            "denials.write_off",
            "claims.pass_edit",
        }
    ),
    Role.POSTER: frozenset(
        _SEE
        | _WORK
        | {
            "patients.take_payment",
            "patients.void_payment",
            "remittances.ingest_remittance",
            "remittances.match_remittance",
            "remittances.post_remittance",
            "remittances.unpost_remittance",
        }
    ),
    Role.DENIAL_SPECIALIST: frozenset(
        (_SEE - {"ledger.view_ledger"})
        | _WORK
        | {"denials.work_denial", "denials.write_off", "claims.build_claim", "claims.ask_payer"}
    ),
    Role.SUPERVISOR: frozenset(
        _SEE
        | _WORK
        | {
            "patients.edit_patient",
            "patients.edit_coverage",
            "patients.edit_charge",
            "patients.take_payment",
            "patients.void_payment",
            "eligibility.ask_payer",
            "claims.import_claim",
            "claims.send_claim",
            "claims.build_claim",
            "claims.ask_payer",
            "clearinghouse.send_file",
            "clearinghouse.edit_partner",
            "remittances.ingest_remittance",
            "remittances.match_remittance",
            "remittances.post_remittance",
            "remittances.unpost_remittance",
            "remittances.unpost_any",
            "denials.work_denial",
            "denials.write_off",
            "denials.approve_write_off",
            "denials.configure_routing",
            "reference.edit_reference",
            "tenancy.view_access",
            "claims.pass_edit",
            "claims.pass_fatal_edit",
            "claims.grade_edit",
        }
    ),
    Role.PRACTICE_ADMIN: frozenset(
        {
            "reference.view_reference",
            "reference.edit_reference",
            "clearinghouse.view_partner",
            "clearinghouse.edit_partner",
            "denials.configure_routing",
            "claims.grade_edit",
            "tenancy.view_access",
            "tenancy.manage_access",
        }
    ),
    Role.MSO_ADMIN: frozenset({"reference.view_reference", "tenancy.view_access", "tenancy.manage_access"}),
    Role.AUDITOR: frozenset(_SEE | {"tenancy.view_access", "audit.view_audit", "audit.export_audit"}),
    Role.READER: frozenset(_SEE),
    Role.API_CLIENT: frozenset(PERMISSIONS)
    - {"tenancy.manage_access", "audit.view_audit", "audit.export_audit"},
    Role.SUPPORT: frozenset(_SEE),
}

DEFAULT_WRITE_OFF_LIMIT_CENTS: dict[str, int] = {
    Role.BILLER: 100_00,
    Role.DENIAL_SPECIALIST: 250_00,
    Role.SUPERVISOR: 5_000_00,
}
