from clearinghouse.models.files import ExchangeFile, FileArrival, FilePiece
from clearinghouse.models.interchanges import DeliveryAttempt, Interchange, InterchangeSet
from clearinghouse.models.partners import Connection, Enrolment, NumberSeries, PayerRoute, TradingPartner

__all__ = [
    "Connection",
    "DeliveryAttempt",
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
