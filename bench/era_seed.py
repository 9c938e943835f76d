"""A practice with 100,000 claims for the posting benchmarks, and remittances that pay some of them."""

from __future__ import annotations

import uuid
from typing import Any

CLAIMS = 100_000
PATIENTS = 20_000
DAY = "'2026-03-10'"
LINES = (("99213", 15_000), ("36415", 8_000))  # code and cents of a claim's lines
PAID = (100, 40)  # dollars


def ids(prefix: str, number: str) -> str:
    """SQL of an identifier made of a kind's prefix and a number."""
    return f"('{prefix}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def seed(administrator: Any, organization_id: uuid.UUID) -> None:
    """Rows straight into the tables, by a superuser with triggers off: the state, not the way there, matters."""
    administrator.execute("SET session_replication_role = replica")
    rows = Rows(administrator, organization_id)
    _people(rows)
    _claims(rows)
    for line, (code, cents) in enumerate(LINES, start=1):
        charge = ids("55555555", f"n * 2 + {line}")
        _line(rows, line, code, cents, charge)
        _charge_in_the_books(rows, line, cents, charge)
    administrator.execute("SET session_replication_role = DEFAULT")
    administrator.commit()
    administrator.autocommit = True
    administrator.execute("VACUUM ANALYZE")


def _people(rows: Rows) -> None:
    rows.fill(
        "reference_payer",
        1,
        id=ids("11111111", "1"),
        name="'Bench Health'",
        name_normalized="'BENCH HEALTH'",
        payer_identifier="'BENCH1'",
        is_active="true",
    )
    rows.fill(
        "patients_patient",
        PATIENTS,
        id=ids("22222222", "n"),
        mrn="'M' || n",
        mrn_normalized="'M' || n",
        last_name="'DOE'",
        first_name="'J'",
        search_name="'DOE J'",
        sex="'U'",
    )
    rows.fill(
        "patients_coverage",
        PATIENTS,
        id=ids("33333333", "n"),
        patient_id=ids("22222222", "n"),
        payer_id=ids("11111111", "1"),
        member_id="'W' || n",
        member_id_normalized="'W' || n",
        rank="1",
    )


def _claims(rows: Rows) -> None:
    rows.fill(
        "patients_encounter",
        CLAIMS,
        id=ids("44444444", "n"),
        patient_id=ids("22222222", f"n % {PATIENTS}"),
        service_from_on=DAY,
        service_to_on=DAY,
        state="'FINISHED'",
    )
    rows.fill(
        "claims_claim",
        CLAIMS,
        id=ids("66666666", "n"),
        patient_control_number="'BENCH' || n",
        control_number_key="'BENCH' || n",
        kind="'PROFESSIONAL'",
        encounter_id=ids("44444444", "n"),
        patient_id=ids("22222222", f"n % {PATIENTS}"),
        coverage_id=ids("33333333", f"n % {PATIENTS}"),
        payer_id=ids("11111111", "1"),
        payer_rank="1",
        total_cents=str(sum(cents for _, cents in LINES)),
        service_from_on=DAY,
        service_to_on=DAY,
        submission_state="'TRANSMITTED'",
        adjudication_state="'NONE'",
        responsibility="'INSURANCE_PRIMARY'",
        current_version="1",
    )
    rows.fill(
        "claims_claimversion",
        CLAIMS,
        id=ids("77777777", "n"),
        claim_id=ids("66666666", "n"),
        number="1",
        frequency="'1'",
        payer_rank="1",
        total_cents=str(sum(cents for _, cents in LINES)),
        snapshot="'{}'",
        sha256="md5(n::text)",
    )


def _line(rows: Rows, line: int, code: str, cents: int, charge: str) -> None:
    rows.fill(
        "patients_charge",
        CLAIMS,
        id=charge,
        encounter_id=ids("44444444", "n"),
        line_number=str(line),
        procedure_code=f"'{code}'",
        units="1",
        amount_cents=str(cents),
        service_date=DAY,
        payer_rank="1",
        state="'BILLABLE'",
    )
    rows.fill(
        "claims_claimline",
        CLAIMS,
        id=ids("88888888", f"n * 2 + {line}"),
        claim_id=ids("66666666", "n"),
        version_id=ids("77777777", "n"),
        charge_id=charge,
        line_number=str(line),
        line_control_number=f"'B' || n * 2 + {line}",
        procedure_code=f"'{code}'",
        units="1",
        amount_cents=str(cents),
        service_date=DAY,
    )


def _charge_in_the_books(rows: Rows, line: int, cents: int, charge: str) -> None:
    at = f"n * 2 + {line}"
    rows.fill(
        "ledger_journalentry",
        CLAIMS,
        id=ids("99999999", at),
        kind="'CHARGE'",
        effective_on=DAY,
        source_type="'patients.charge'",
        source_id=charge,
        idempotency_key=f"'charge:' || {at}",
        actor_kind="'COMMAND'",
        recorded_at="now()",
    )
    for account, rank, amount, prefix in (("AR_INS", 1, cents, "1"), ("REVENUE", 0, -cents, "2")):
        rows.fill(
            "ledger_posting",
            CLAIMS,
            id=ids(f"aaaaaaa{prefix}", at),
            entry_id=ids("99999999", at),
            account=f"'{account}'",
            amount_cents=str(amount),
            rank=str(rank),
            charge_id=charge,
        )
        rows.fill(
            "ledger_accountbalance",
            CLAIMS,
            id=ids(f"bbbbbbb{prefix}", at),
            account=f"'{account}'",
            rank=str(rank),
            subject_kind="'CHARGE'",
            subject_id=charge,
            balance_cents=str(amount),
        )


class Rows:
    """Fills tables of one organisation; columns a benchmark does not care about get empty text, zero, now."""

    _EMPTY = {"text": "''", "character varying": "''", "boolean": "false", "jsonb": "'{}'", "date": "'2026-01-01'",
              "timestamp with time zone": "now()"}  # fmt: skip

    def __init__(self, administrator: Any, organization_id: uuid.UUID) -> None:
        self.administrator = administrator
        self.organization = f"'{organization_id}'::uuid"

    def fill(self, table: str, count: int, **given: str) -> None:
        """`count` rows, numbered `n` from 0 in the expressions given for columns."""
        columns = self.administrator.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'",
            [table],
        ).fetchall()
        values = {name: self._EMPTY.get(kind, "0") for name, kind in columns}
        values |= {"organization_id": self.organization, **given}
        names, expressions = ", ".join(values), ", ".join(values.values())
        self.administrator.execute(
            f"INSERT INTO {table} ({names}) SELECT {expressions} FROM generate_series(0, {count - 1}) AS n"
        )


def remittance(first: int, count: int, trace: str, control: str = "000000001") -> bytes:
    """An 835 of one payment for claims `first` and on: nine of ten paid, one denied."""
    body: list[str] = []
    for number in range(first, first + count):
        body += _payment(number, trace, is_denied=number % 10 == 0)
    paid = sum(PAID) * sum(number % 10 != 0 for number in range(first, first + count))
    inner = [
        "ST*835*0001",
        f"BPR*I*{paid}*C*ACH************20260320",
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


def _payment(number: int, trace: str, *, is_denied: bool) -> list[str]:
    charge = sum(cents for _, cents in LINES) // 100
    segments = [
        f"CLP*BENCH{number}*1*{charge}*{0 if is_denied else sum(PAID)}**12*ICN{trace}{number}*11*1",
        f"NM1*QC*1*DOE*J****MI*W{number % PATIENTS}",
        "NM1*82*1*REYES*ANA****XX*1234567893",
        "DTM*232*20260310",
    ]
    for line, ((code, cents), paid) in enumerate(zip(LINES, PAID, strict=True), start=1):
        charged = cents // 100
        segments += [f"SVC*HC:{code}*{charged}*{0 if is_denied else paid}**1", "DTM*472*20260310"]
        if is_denied:
            segments.append(f"CAS*CO*197*{charged}")
        else:
            segments += [f"CAS*CO*45*{charged - paid - 20}", "CAS*PR*2*20"]
        segments.append(f"REF*6R*B{number * 2 + line}")
        if is_denied:
            segments.append("LQ*HE*N385")
    return segments
