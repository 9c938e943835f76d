"""What payers decided on some claims: read once, then asked for each denial."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from claims.models import Claim
from denials.models import Denial
from denials.rules.chain import Link
from denials.services.judging import Decision
from remittances.choices import LineResult
from remittances.models import AdjudicationFact, RemitAdjustment, RemitClaim, RemitLine
from remittances.rules.verdicts import Verdict
from remittances.selectors import charged_by_line, line_key, parts_in_force, verdicts_of

WHOLE_CLAIM = "CLAIM"


class Decided:
    """All that payers decided on the claims of some facts: what they say now is read afresh, in the order of their
    dates. `refused_by` are payments that earlier refusals came with.
    """

    def __init__(
        self, claims: Mapping[UUID, Claim], facts: Sequence[AdjudicationFact], refused_by: Collection[UUID]
    ) -> None:
        self.claims = claims
        self.verdicts = verdicts_of(list(claims))
        self.amounts = charged_by_line(list(claims))
        ids = {one.id for found in self.verdicts.values() for one in found}
        ids |= {fact.remit_claim_id for fact in facts} | set(refused_by)
        self.payments = {
            row.id: row for row in RemitClaim.objects.filter(id__in=ids).select_related("remittance")
        }
        lines = RemitLine.objects.filter(remit_claim_id__in=ids).select_related("claim_line")
        self.lines = {row.id: row for row in lines}
        self.adjustments: dict[tuple[UUID, UUID | None], list[RemitAdjustment]] = defaultdict(list)
        for row in RemitAdjustment.objects.filter(remit_claim_id__in=ids).order_by("position"):
            self.adjustments[row.remit_claim_id, row.remit_line_id].append(row)

    def payer_ids(self) -> set[UUID]:
        paying = {row.remittance.payer_id for row in self.payments.values() if row.remittance.payer_id}
        return paying | {claim.payer_id for claim in self.claims.values()}

    def line_of(self, fact: AdjudicationFact) -> RemitLine | None:
        return self.lines.get(fact.remit_line_id) if fact.remit_line_id else None

    def line_key_of(self, fact: AdjudicationFact) -> str:
        line = self.line_of(fact)
        if line is None:
            return WHOLE_CLAIM
        code = line.submitted_procedure_code or line.procedure_code or line.revenue_code
        return line_key(charge_of(line), code, line.modifiers, line.service_from_on)

    def speaker_of(self, fact: AdjudicationFact) -> tuple[UUID, int]:
        """The payer, and in which turn it speaks."""
        payment = self.payments[fact.remit_claim_id]
        return payment.remittance.payer_id or self.claims[fact.claim_id].payer_id, payment.rank

    def carried_by(self, fact: AdjudicationFact) -> Collection[str] | None:
        """The lines a replacement carried that the fact answers; None for what replaces nothing."""
        verdicts = self.verdicts.get(fact.claim_id, ())
        return next((one.carried for one in verdicts if one.id == fact.remit_claim_id), None)

    def decision(self, remit_claim_id: UUID, remit_line_id: UUID | None) -> Decision:
        return Decision(
            self.payments[remit_claim_id],
            self.lines.get(remit_line_id) if remit_line_id else None,
            self.adjustments[remit_claim_id, remit_line_id],
        )

    def links(self, denial: Denial) -> Iterable[Link]:
        """All that the denial's payer said in its turn of the denied line."""
        verdicts = self.verdicts.get(denial.claim_id, [])
        force = parts_in_force(
            verdicts, self.claims[denial.claim_id].total_cents, self.amounts.get(denial.claim_id, {})
        )
        superseded = {
            old.id: new.version
            for old in verdicts
            for new in verdicts
            if denial.line_key in old.lines and new.supersedes(old, denial.line_key)
        }
        for one in verdicts:
            if one.speaker == (denial.payer_id, denial.responsibility_rank):
                link = _link(one, denial.line_key, force, superseded.get(one.id))
                if link is not None:
                    yield link


def charge_of(line: RemitLine) -> UUID | None:
    return line.charge_id or (line.claim_line.charge_id if line.claim_line else None)


def _link(
    one: Verdict, key: str, force: Collection[tuple[UUID, str | None]], superseded_by: int | None
) -> Link | None:
    """What one decision says of a line, or of the claim without naming a line."""
    line, is_whole = one.lines.get(key), key == WHOLE_CLAIM
    if not is_whole and one.lines and line is None:
        return None
    result = line.result if line else one.result
    refused_lines = any(said.denied_cents for said in one.lines.values())
    return Link(
        decision=one.id,
        order=one.order,
        line=line.line_id if line else None,
        denied_cents=line.denied_cents if line else one.whole_denied_cents if is_whole else 0,
        paid_cents=line.paid_cents if line else one.paid_cents,
        is_patients=result == LineResult.PATIENT_ONLY,
        is_live=one.is_live,
        is_in_force=(one.id, key if line else None) in force,
        superseded_by=superseded_by if one.is_live else None,
        refuses_otherwise=refused_lines if is_whole else line is None and one.whole_denied_cents > 0,
    )
