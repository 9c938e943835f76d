"""Edits: what is wrong with a claim before it leaves, at which field, and what to do. Pure functions over facts."""

from claims.rules.edits.catalogue import CATALOGUE, RELEASE, CatalogueRule
from claims.rules.edits.engine import layer_of, run_edits
from claims.rules.edits.facts import (
    Authorization,
    CodePeriod,
    DiagnosisFacts,
    EarlierLine,
    EarlierVersion,
    EditContext,
    MueEdit,
    NpiFacts,
    PayerFacts,
    Period,
    PtpEdit,
    ServiceFacts,
    WireFacts,
)
from claims.rules.edits.model import BLOCKING, LAYER_WORDS, Edit, Fix, Layer, Severity
from claims.rules.edits.passing import NEVER_LET_PASS, PASS_FATAL, PASS_HOLD, permission_to_pass

__all__ = [
    "BLOCKING",
    "CATALOGUE",
    "LAYER_WORDS",
    "NEVER_LET_PASS",
    "PASS_FATAL",
    "PASS_HOLD",
    "Authorization",
    "CatalogueRule",
    "CodePeriod",
    "DiagnosisFacts",
    "EarlierLine",
    "EarlierVersion",
    "Edit",
    "EditContext",
    "Fix",
    "Layer",
    "MueEdit",
    "NpiFacts",
    "RELEASE",
    "PayerFacts",
    "Period",
    "PtpEdit",
    "ServiceFacts",
    "Severity",
    "WireFacts",
    "layer_of",
    "permission_to_pass",
    "run_edits",
]
