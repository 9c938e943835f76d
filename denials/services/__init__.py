from denials.services.appeals import advance_appeal, decide_appeal, record_appeal
from denials.services.corrections import follow_corrections
from denials.services.routing import delete_routing_rule, save_routing_rule
from denials.services.scoring import expire_and_rescore
from denials.services.taking import take_facts
from denials.services.transitions import DenialCannotMove
from denials.services.work import (
    assign,
    block,
    claim,
    close,
    may_bill_patient,
    objection,
    possible_resolutions,
    reopen,
    resolve,
    wake,
)
from denials.services.write_offs import (
    approve_write_off,
    refuse_write_off,
    request_write_off,
    take_back_write_off,
    withdraw_write_off,
)

__all__ = [
    "DenialCannotMove",
    "advance_appeal",
    "approve_write_off",
    "assign",
    "block",
    "claim",
    "close",
    "decide_appeal",
    "delete_routing_rule",
    "expire_and_rescore",
    "follow_corrections",
    "may_bill_patient",
    "objection",
    "possible_resolutions",
    "record_appeal",
    "refuse_write_off",
    "reopen",
    "request_write_off",
    "resolve",
    "save_routing_rule",
    "take_back_write_off",
    "take_facts",
    "wake",
    "withdraw_write_off",
]
