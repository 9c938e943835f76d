"""An 837 under construction: what has been read of the set, its levels and the claim that segments belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from x12.findings import error, warning
from x12.money import ZERO
from x12.parts import (
    BLANKS,
    MOST_REFERENCES,
)
from x12.records import (
    Party,
    RawSegment,
    parse_date,
)
from x12.remembered import Remembered, health_codes
from x12.session import MOST_KEPT, Builder
from x12.submission import (
    ClaimBatchEnd,
    ClaimBatchStart,
    CoverageInformation,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    SubmittedClaim,
    SubmittedLine,
)

BILLING, SUBSCRIBER, DEPENDENT = range(3)
"""Levels above a claim."""


@dataclass(slots=True, eq=False)
class ClaimBatchBuilder(Builder):
    """What has been read of the set. `target` is the claim or line that segments now belong to, `party` the person or
    organization last named."""

    kind: ClassVar[str] = ""

    header: list[str] = field(default_factory=lambda: BLANKS)
    has_started: bool = False
    submitter: Party | None = None
    receiver: Party | None = None
    billing_taxonomy: str = ""
    billing_provider: Party | None = None
    pay_to: Party | None = None
    pay_to_plan: Party | None = None
    coverage: CoverageInformation | None = None
    subscriber: Party | None = None
    payer: Party | None = None
    relationship: str = ""
    dependent: Party | None = None
    level_kept: tuple[RawSegment, ...] = ()
    billing_specialty: RawSegment | None = None
    patient_information: RawSegment | None = None
    claimed_up_to: int = 0
    """Segment of the last CLM: what stands above claims and came later has no claim yet."""
    named_up_to: int = 0
    """Segment of the last that stands above claims."""
    unclaimed: list[Party | CoverageInformation | RawSegment] = field(default_factory=list)
    claim_count: int = 0
    line_count: int = 0
    charge_total: Decimal = ZERO
    is_balanced: bool = True
    claim: SubmittedClaim | None = None
    lines: list[SubmittedLine] = field(default_factory=list)
    """Of the claim; handed to it at its end."""
    party: Party | None = None
    target: SubmittedClaim | SubmittedLine = field(init=False)
    line_number: str | None = None
    """LX01 whose service segment has not come yet."""
    line_segment: int = 0
    other: OtherCoverage = field(init=False)
    adjudication: LineAdjudication = field(init=False)
    codes: Remembered[Callable[[int], HealthCode]] = field(init=False)

    def __post_init__(self) -> None:
        Builder.__post_init__(self)
        self.codes = health_codes(self.component)

    def keep(self, segment: RawSegment) -> None:
        """With the claim, line or other coverage it stands in; above a claim, with the next claim."""
        level = segment.loop[:3]
        if self.line_number is not None:
            self.settle("")
        if self.claim is None:
            if self.has_started and len(self.level_kept) < MOST_REFERENCES:
                self.level_kept += (segment,)
            else:
                Builder.keep(self, segment)
        else:
            owner: SubmittedClaim | SubmittedLine | LineAdjudication | OtherCoverage = self.target
            if level == "243":
                owner = self.adjudication
            elif level in ("232", "233"):
                owner = self.other
            if len(owner.unmapped) > MOST_REFERENCES:
                Builder.keep(self, segment)
            else:
                owner.unmapped += (segment,)

    def begin_level(self, level: int) -> None:
        """What waits at this level or below will have no claim any more."""
        if self.claim is not None:
            self.finish_claim()
        if not self.has_started:
            self.start()
        self.party = None
        if self.billing_specialty is not None and level == BILLING:
            self.keep(self.billing_specialty)
            self.billing_specialty = None
        if self.named_up_to <= self.claimed_up_to:
            return
        left = [one for one in self._standing(level) if one is not None and one.segment > self.claimed_up_to]
        if not left:
            return
        self.unclaimed += left[: MOST_KEPT - len(self.unclaimed)]
        place = self.position(left[0].segment)
        message = "A billing provider, subscriber or patient stands here without a claim; check whether one was lost."
        self.report(warning("level.without_claim", place, message, segment="HL"))

    def _standing(self, level: int) -> Iterator[Party | CoverageInformation | RawSegment | None]:
        """Everything at that level and below."""
        if level == BILLING:
            yield from (self.billing_provider, self.pay_to, self.pay_to_plan)
        if level <= SUBSCRIBER:
            yield from (self.coverage, self.subscriber, self.payer)
        yield from (self.patient_information, self.dependent)

    def start(self) -> None:
        """Hands out the header once the first level or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        bht = self.header + BLANKS[:6]
        self.session.ready.append(
            ClaimBatchStart(
                envelope=self.envelope,
                position=self.position(self.first_segment),
                kind=self.kind,
                structure_code=bht[1],
                purpose_code=bht[2],
                batch_reference=bht[3],
                created_on=parse_date(bht[4]),
                created_time=bht[5],
                claim_or_encounter=bht[6],
                submitter=self.submitter,
                receiver=self.receiver,
                unmapped=tuple(self.unmapped),
            )
        )
        self.unmapped = []

    def settle(self, tag: str) -> bool:
        """A line number without its service segment: the line is kept, empty, and reported."""
        if self.line_number is None or self.claim is None or tag in ("SV1", "SV2"):
            return False
        number, self.line_number = self.line_number, None
        line = SubmittedLine(number, self.line_segment)
        self.lines.append(line)
        self.target = line
        message = (
            f"Line {number[:6]} has no service segment (SV1 or SV2) behind its number; it was read as empty."
        )
        self.report(error("line.empty", self.position(line.segment), message, loop="2400", segment="LX"))
        return True

    def finish_claim(self) -> None:
        claim = self.claim
        if claim is None:
            return
        if self.line_number is not None:
            self.settle("")
        self.claim = None
        self.charge_total += claim.charge_amount
        claim.lines = tuple(self.lines)
        self.line_count += len(self.lines)
        self.lines.clear()
        if self.session.is_checked:
            self.check_balance(claim)
        self.session.ready.append(claim)

    def check_balance(self, claim: SubmittedClaim) -> None:
        charged = ZERO
        for line in claim.lines:
            charged += line.charge_amount
        if charged != claim.charge_amount:
            self.is_balanced = False
            message = (
                f"Claim {claim.ordinal} charges {claim.charge_amount}, but its lines charge {charged} together, a "
                f"difference of {claim.charge_amount - charged}. Correct the claim and send it again."
            )
            self.report(
                error("balance.claim", claim.position, message, loop="2300", segment="CLM", element=2)
            )

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> ClaimBatchEnd:
        self.begin_level(BILLING)
        return ClaimBatchEnd(
            position=self.position(ordinal),
            claim_count=self.claim_count,
            line_count=self.line_count,
            charge_total=self.charge_total,
            segment_count=segment_count,
            stated_segment_count=stated,
            balanced=self.is_balanced if self.session.is_checked and is_complete else None,
            is_complete=is_complete,
            content_hash=digest,
            findings=(),
            unmapped=(*self.unmapped, *self.level_kept),
            unclaimed=tuple(self.unclaimed),
        )


class ProfessionalBuilder(ClaimBatchBuilder):
    kind = "PROFESSIONAL"


class InstitutionalBuilder(ClaimBatchBuilder):
    kind = "INSTITUTIONAL"
