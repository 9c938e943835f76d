"""A practice with 100,000 claims for the posting benchmarks, and remittances that pay some of them."""

from __future__ import annotations

import uuid
from typing import Any

CLAIMS = 100_000
PATIENTS = 20_000


def ids(prefix: str, number: str) -> str:
    """SQL of an identifier made of a kind's prefix and a number."""
    return f"('{prefix}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def seed(administrator: Any, organization_id: uuid.UUID) -> None:
    """Rows straight into the tables, by a superuser with triggers off: the state, not the way there, matters."""
    org = f"'{organization_id}'::uuid"
    defaults = Defaults(administrator)
    n = f"generate_series(0, {CLAIMS - 1}) AS n"
    administrator.execute("SET session_replication_role = replica")
    defaults.fill(
        "reference_payer",
        "FROM (SELECT 1) one",
        id=ids("11111111", "1"),
        organization_id=org,
        name="'Bench Health'",
        name_normalized="'BENCH HEALTH'",
        payer_identifier="'BENCH1'",
        is_active="true",
    )
    defaults.fill(
        "patients_patient",
        f"FROM generate_series(0, {PATIENTS - 1}) AS n",
        id=ids("22222222", "n"),
        organization_id=org,
        mrn="'M' || n",
        mrn_normalized="'M' || n",
        last_name="'DOE'",
        first_name="'J'",
        search_name="'DOE J'",
        sex="'U'",
    )
    defaults.fill(
        "patients_coverage",
        f"FROM generate_series(0, {PATIENTS - 1}) AS n",
        id=ids("33333333", "n"),
        organization_id=org,
        patient_id=ids("22222222", "n"),
        payer_id=ids("11111111", "1"),
        member_id="'W' || n",
        member_id_normalized="'W' || n",
        rank="1",
    )
    defaults.fill(
        "patients_encounter",
        f"FROM {n}",
        id=ids("44444444", "n"),
        organization_id=org,
        patient_id=ids("22222222", f"n % {PATIENTS}"),
        service_from_on="'2026-03-10'",
        service_to_on="'2026-03-10'",
        state="'FINISHED'",
    )
    defaults.fill(
        "claims_claim",
        f"FROM {n}",
        id=ids("66666666", "n"),
        organization_id=org,
        patient_control_number="'BENCH' || n",
        control_number_key="'BENCH' || n",
        kind="'PROFESSIONAL'",
        encounter_id=ids("44444444", "n"),
        patient_id=ids("22222222", f"n % {PATIENTS}"),
        coverage_id=ids("33333333", f"n % {PATIENTS}"),
        payer_id=ids("11111111", "1"),
        payer_rank="1",
        total_cents="23000",
        service_from_on="'2026-03-10'",
        service_to_on="'2026-03-10'",
        submission_state="'TRANSMITTED'",
        adjudication_state="'NONE'",
        responsibility="'INSURANCE_PRIMARY'",
        current_version="1",
    )
    defaults.fill(
        "claims_claimversion",
        f"FROM {n}",
        id=ids("77777777", "n"),
        organization_id=org,
        claim_id=ids("66666666", "n"),
        number="1",
        frequency="'1'",
        payer_rank="1",
        total_cents="23000",
        snapshot="'{}'",
        sha256="md5(n::text)",
    )
    for line, (code, cents) in enumerate((("99213", 15000), ("36415", 8000)), start=1):
        at = f"n * 2 + {line}"
        charge = ids("55555555", at)
        defaults.fill(
            "patients_charge",
            f"FROM {n}",
            id=charge,
            organization_id=org,
            encounter_id=ids("44444444", "n"),
            line_number=str(line),
            procedure_code=f"'{code}'",
            units="1",
            amount_cents=str(cents),
            service_date="'2026-03-10'",
            payer_rank="1",
            state="'BILLABLE'",
        )
        defaults.fill(
            "claims_claimline",
            f"FROM {n}",
            id=ids("88888888", at),
            organization_id=org,
            claim_id=ids("66666666", "n"),
            version_id=ids("77777777", "n"),
            charge_id=charge,
            line_number=str(line),
            line_control_number=f"'B' || {at}",
            procedure_code=f"'{code}'",
            units="1",
            amount_cents=str(cents),
            service_date="'2026-03-10'",
        )
        defaults.fill(
            "ledger_journalentry",
            f"FROM {n}",
            id=ids("99999999", at),
            organization_id=org,
            kind="'CHARGE'",
            effective_on="'2026-03-10'",
            source_type="'patients.charge'",
            source_id=charge,
            idempotency_key=f"'charge:' || {at}",
            actor_kind="'COMMAND'",
            recorded_at="now()",
        )
        for account, sign, prefix in (("AR_INS", "", "aaaaaaa1"), ("REVENUE", "-", "aaaaaaa2")):
            rank = "1" if account == "AR_INS" else "0"
            defaults.fill(
                "ledger_posting",
                f"FROM {n}",
                id=ids(prefix, at),
                organization_id=org,
                entry_id=ids("99999999", at),
                account=f"'{account}'",
                amount_cents=f"{sign}{cents}",
                rank=rank,
                charge_id=charge,
            )
            defaults.fill(
                "ledger_accountbalance",
                f"FROM {n}",
                id=ids(prefix.replace("a", "b"), at),
                organization_id=org,
                account=f"'{account}'",
                rank=rank,
                subject_kind="'CHARGE'",
                subject_id=charge,
                balance_cents=f"{sign}{cents}",
            )
    administrator.execute("SET session_replication_role = DEFAULT")
    administrator.commit()
    administrator.autocommit = True
    administrator.execute("VACUUM ANALYZE")


class Defaults:
    """Fills the columns a benchmark does not care about: empty text, zero, now."""

    _EMPTY = {"text": "''", "character varying": "''", "boolean": "false", "jsonb": "'{}'", "date": "'2026-01-01'",
              "timestamp with time zone": "now()"}  # fmt: skip

    def __init__(self, administrator: Any) -> None:
        self.administrator = administrator

    def fill(self, table: str, rows: str, **given: str) -> None:
        columns = self.administrator.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'",
            [table],
        ).fetchall()
        values = {name: self._EMPTY.get(kind, "0") for name, kind in columns} | given
        names, expressions = ", ".join(values), ", ".join(values.values())
        self.administrator.execute(f"INSERT INTO {table} ({names}) SELECT {expressions} {rows}")


def remittance(first: int, count: int, trace: str, control: str = "000000001") -> bytes:
    """An 835 of one payment for claims `first` and on: nine of ten paid, one denied."""
    body: list[str] = []
    total = 0
    for number in range(first, first + count):
        denied = number % 10 == 0
        paid = 0 if denied else 14000
        total += paid
        body.append(f"CLP*BENCH{number}*1*230*{paid // 100}**12*ICN{trace}{number}*11*1")
        body.append(f"NM1*QC*1*DOE*J****MI*W{number % PATIENTS}")
        body.append("NM1*82*1*REYES*ANA****XX*1234567893")
        body.append("DTM*232*20260310")
        for line, (code, charge) in enumerate((("99213", 150), ("36415", 80)), start=1):
            amount = 0 if denied else (100, 40)[line - 1]
            body.append(f"SVC*HC:{code}*{charge}*{amount}**1")
            body.append("DTM*472*20260310")
            if denied:
                body.append(f"CAS*CO*197*{charge}")
            else:
                body.append(f"CAS*CO*45*{charge - amount - 20}")
                body.append("CAS*PR*2*20")
            body.append(f"REF*6R*B{number * 2 + line}")
            if denied:
                body.append("LQ*HE*N385")
    inner = [
        "ST*835*0001",
        f"BPR*I*{total // 100}*C*ACH************20260320",
        f"TRN*1*{trace}*1999999999",
        "DTM*405*20260320",
        "N1*PR*BENCH HEALTH*XV*BENCH1",
        "N3*1 MAIN ST",
        "N4*SPRINGFIELD*IL*62701",
        "PER*BL*HELP*TE*8005550100",
        "N1*PE*BENCH PRACTICE*XX*1234567893",
        "LX*1",
        *body,
    ]
    inner.append(f"SE*{len(inner) + 1}*0001")
    head = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'BENCH':15}*260320*1200*^*00501*{control}*0*P*:"
    tail = ["GE*1*1", f"IEA*1*{control}"]
    return (
        "~".join([head, "GS*HP*PAYER*BENCH*20260320*1200*1*X*005010X221A1", *inner, *tail]) + "~"
    ).encode()
