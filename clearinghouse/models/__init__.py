from clearinghouse.models.answers import EnvelopeAnswer
from clearinghouse.models.fetching import FetchAttempt, FetchedFile
from clearinghouse.models.files import ExchangeFile, FileArrival, FileContent, FilePiece
from clearinghouse.models.interchanges import DeliveryAttempt, Interchange, InterchangeSet
from clearinghouse.models.partners import Connection, Enrolment, NumberSeries, PayerRoute, TradingPartner
from clearinghouse.models.unknown import UnknownThing

__all__ = [
    "Connection",
    "DeliveryAttempt",
    "Enrolment",
    "EnvelopeAnswer",
    "ExchangeFile",
    "FetchAttempt",
    "FetchedFile",
    "FileArrival",
    "FileContent",
    "FilePiece",
    "Interchange",
    "InterchangeSet",
    "NumberSeries",
    "PayerRoute",
    "TradingPartner",
    "UnknownThing",
]
