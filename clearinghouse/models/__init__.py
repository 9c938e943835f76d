from clearinghouse.models.files import ExchangeFile, FileArrival, FilePiece
from clearinghouse.models.interchanges import Interchange, InterchangeSet
from clearinghouse.models.partners import Connection, Enrolment, NumberSeries, PayerRoute, TradingPartner

__all__ = [
    "Connection",
    "Enrolment",
    "ExchangeFile",
    "FileArrival",
    "FilePiece",
    "Interchange",
    "InterchangeSet",
    "NumberSeries",
    "PayerRoute",
    "TradingPartner",
]
