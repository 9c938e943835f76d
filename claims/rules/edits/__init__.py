"""Edits: what is wrong with a claim before it leaves, at which field, and what to do. Pure functions over facts."""

from claims.rules.edits.catalogue import CATALOGUE, CatalogueRule
from claims.rules.edits.engine import run_edits
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
from claims.rules.edits.model import BLOCKING, Edit, Fix, Layer, Severity

__all__ = [
    "BLOCKING",
    "CATALOGUE",
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
    "PayerFacts",
    "Period",
    "PtpEdit",
    "ServiceFacts",
    "Severity",
    "WireFacts",
    "run_edits",
]
