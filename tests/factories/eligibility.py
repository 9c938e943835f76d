"""Answers about a coverage, in the words of a payer."""

from __future__ import annotations

import datetime
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import x12
from clearinghouse.services.questions import Asked
from eligibility import services
from eligibility.models import EligibilityInquiry
from eligibility.rules.asking import Person, Question
from tenancy.ids import uuid7
from tests.eligibility.test_normalising import ABOVE, answer_bytes
from tests.factories.lines import made_certificate

ACTIVE = "EB*1**30"


def answered(
    coverage: Any, *body: str, on: datetime.date, at: datetime.datetime, payer: str = "000039"
) -> EligibilityInquiry:
    """A test payer is asked about the coverage for the day and answers so."""
    patient = coverage.patient
    who = Person(patient.last_name, patient.first_name, patient.birth_date, "", coverage.member_id)
    question = Question("Test payer", payer, "Lakeside Clinic", "1760854442", who, None, "", ("98", "30"), on)
    about = services.About(coverage=coverage)
    inquiry, *_ = services.ask(question=question, about=about, is_test=True, at=at, anew=True)
    return take(inquiry, *body, at=at)


def take(inquiry: EligibilityInquiry, *body: str, at: datetime.datetime) -> EligibilityInquiry:
    above = [line.replace("CHK-1*9LAKESIDE1", f"{inquiry.trace_number}*9") for line in ABOVE]
    came = Asked(uuid7(), 120, "the payer", answer_bytes(*body, above=above))
    return services.take(inquiry_id=inquiry.id, exchanged=services.Exchanged(came, None, None, at), at=at)


SECRET = "let-me-in"


class Payer:
    """A payer on loopback behind HTTPS that says of everybody what it was told to say."""

    def __init__(self, folder: Any) -> None:
        self.folder, self.asked, self.body, self.refusal = folder, [], (ACTIVE,), ""
        self.files = made_certificate(folder)
        self.port = 0
        self.open()

    def says(self, *body: str) -> None:
        self.body, self.refusal = body, ""

    def refuses(self, refusal: str) -> None:
        """By an AAA at the subscriber."""
        self.body, self.refusal = (), refusal

    def form(self) -> dict[str, Any]:
        """What an administrator enters to reach it."""
        return {
            "transport": "HTTPS", "address": "127.0.0.1", "port": self.port, "user_name": "riverside",
            "secret_name": "payer", "question_path": "eligibility", "timeout_seconds": 5,
            "certificate": self.files[0].read_text(),
        }  # fmt: skip

    def open(self) -> None:
        payer = self

        class Request(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                answer = payer.answer(content)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Not on the screen."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Request)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, content: bytes) -> bytes:
        person = next(
            one
            for one in x12.read_270(content)
            if isinstance(one, x12.EligibilityPerson) and one.is_asked_about
        )
        self.asked.append(person.subscriber.identifier if person.subscriber else person.party.identifier)
        trace = person.traces[0]
        above = [line.replace("CHK-1*9LAKESIDE1", f"{trace.number}*{trace.assigned_by}") for line in ABOVE]
        if self.refusal:
            above.insert(len(above) - 1, self.refusal)
        return answer_bytes(*self.body, above=above)
