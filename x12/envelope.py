"""ISA to IEA: opening and closing what the transaction sets stand in, and whether the counts and numbers agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from x12.grammar.placement import Act, Table
from x12.records import Envelope

if TYPE_CHECKING:
    from x12.session import Builder, Session

_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_RESEND = "Ask the sender to send it again."


def _padded(elements: list[str], count: int) -> list[str]:
    return (elements + [""] * count)[: count + 1]


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def begin_interchange(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    session.close_interchange(ordinal - 1)
    session.interchange += 1
    session.groups_in_interchange = 0
    session.isa = _padded(elements, 16)
    widths = [len(element) for element in session.isa[1:]]
    wrong = [index for index, (width, due) in enumerate(zip(widths, _WIDTHS, strict=True), 1) if width != due]
    if wrong and wrong != [16]:
        session.warn(
            "isa.width",
            ordinal,
            "Elements of the ISA segment do not have their fixed width; it was read by its separators.",
            segment="ISA",
            element=wrong[0],
        )
    return OUTSIDE


def begin_group(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    session.close_group(ordinal - 1)
    session.group += 1
    session.groups_in_interchange += 1
    session.sets_in_group = 0
    session.gs = _padded(elements, 8)
    return OUTSIDE


def begin_set(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    if session.st is not None:
        session.fault(
            "se.missing",
            ordinal,
            f"A new transaction set begins before the last one ended: its SE segment is missing. {_RESEND}",
            segment="ST",
        )
        session.close_set(ordinal - 1, None, is_complete=False)
    if session.gs is None:
        session.fault(
            "gs.missing",
            ordinal,
            "The transaction set stands in no functional group (no GS segment).",
            segment="ST",
        )
    st = _padded(elements, 3)
    if session.gs is not None and st[3].strip() not in ("", session.gs[8].strip()):
        session.warn(
            "version.differs",
            ordinal,
            f"ST says version {st[3][:12]}, its group {session.gs[8][:12]}; the transaction set was read as ST says.",
            segment="ST",
            element=3,
        )
    return session.open_set(st, ordinal, _envelope(session, st))


def _envelope(session: Session, st: list[str]) -> Envelope:
    isa = [element.strip() for element in session.isa or [""] * 17]
    gs = [element.strip() for element in session.gs or [""] * 9]
    return Envelope(
        delimiters=session.delimiters,
        sender_qualifier=isa[5],
        sender=isa[6],
        receiver_qualifier=isa[7],
        receiver=isa[8],
        interchange_date=isa[9],
        interchange_time=isa[10],
        interchange_version=isa[12],
        interchange_control_number=isa[13],
        acknowledgement_requested=isa[14],
        usage_indicator=isa[15],
        functional_code=gs[1],
        application_sender=gs[2],
        application_receiver=gs[3],
        group_date=gs[4],
        group_time=gs[5],
        group_control_number=gs[6],
        version=st[3].strip() or gs[8],
        transaction_code=st[1].strip(),
        transaction_control_number=st[2].strip(),
    )


def end_set(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    if session.st is None:
        session.fault(
            "se.unexpected", ordinal, f"An SE segment ends no transaction set. {_RESEND}", segment="SE"
        )
        return OUTSIDE
    se = _padded(elements, 2)
    stated = _number(se[1])
    found = ordinal - build.first_segment + 1 - session.blank_count
    if stated != found:
        session.fault(
            "se.count",
            ordinal,
            f"SE says the transaction set has {se[1] or 'no'} segments, but {found} were found: "
            f"segments were lost or added on the way. {_RESEND}",
            segment="SE",
            element=1,
        )
    if se[2].strip() != session.st[2].strip():
        session.fault(
            "se.control_number",
            ordinal,
            f"SE ends transaction set {se[2]}, but ST began {session.st[2]}. {_RESEND}",
            segment="SE",
            element=2,
        )
    session.close_set(ordinal, stated, is_complete=True)
    return OUTSIDE


def end_group(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    if session.st is not None:
        session.fault(
            "se.missing",
            ordinal,
            f"The transaction set has no SE segment: it was cut. {_RESEND}",
            segment="GE",
        )
        session.close_set(ordinal - 1, None, is_complete=False)
    if session.gs is None:
        session.fault(
            "ge.unexpected", ordinal, f"A GE segment ends no functional group. {_RESEND}", segment="GE"
        )
        return OUTSIDE
    ge = _padded(elements, 2)
    if _number(ge[1]) != session.sets_in_group:
        session.fault(
            "ge.count",
            ordinal,
            f"GE says the group has {ge[1] or 'no'} transaction sets, but {session.sets_in_group} were found. "
            f"{_RESEND}",
            segment="GE",
            element=1,
        )
    if ge[2].strip() != session.gs[6].strip():
        session.fault(
            "ge.control_number",
            ordinal,
            f"GE ends group {ge[2]}, but GS began {session.gs[6]}. {_RESEND}",
            segment="GE",
            element=2,
        )
    session.gs = None
    return OUTSIDE


def end_interchange(build: Builder, elements: list[str], ordinal: int) -> Table:
    session = build.session
    if session.isa is None:
        session.fault(
            "iea.unexpected", ordinal, f"An IEA segment ends no interchange. {_RESEND}", segment="IEA"
        )
        return OUTSIDE
    session.close_group(ordinal - 1)
    iea = _padded(elements, 2)
    if _number(iea[1]) != session.groups_in_interchange:
        session.fault(
            "iea.count",
            ordinal,
            f"IEA says the interchange has {iea[1] or 'no'} groups, but {session.groups_in_interchange} were found. "
            f"{_RESEND}",
            segment="IEA",
            element=1,
        )
    if iea[2].strip() != session.isa[13].strip():
        session.fault(
            "iea.control_number",
            ordinal,
            f"IEA ends interchange {iea[2]}, but ISA began {session.isa[13]}. {_RESEND}",
            segment="IEA",
            element=2,
        )
    session.isa = None
    return OUTSIDE


def acknowledge_interchange(build: Builder, elements: list[str], ordinal: int) -> Table:
    """A TA1 may stand between the interchange header and its groups; it answers another file."""
    build.session.answer_interchange(_padded(elements, 5), ordinal, _envelope(build.session, [""] * 4))
    return OUTSIDE


ENVELOPE_ACTS: dict[str, Act] = {
    "ISA": begin_interchange,
    "GS": begin_group,
    "ST": begin_set,
    "SE": end_set,
    "GE": end_group,
    "IEA": end_interchange,
}

OUTSIDE: Table = {**ENVELOPE_ACTS, "TA1": acknowledge_interchange}
"""Where segments may stand between transaction sets."""
