from django.apps import AppConfig


class ClearinghouseConfig(AppConfig):
    name = "clearinghouse"

    def ready(self) -> None:
        from audit import verbs
        from clearinghouse.work import EXCHANGE
        from workbench import kinds

        verbs.register(
            {
                "clearinghouse.exchangefile.stored": "stored a file",
                "clearinghouse.exchangefile.repeated": "sent a file that was already stored",
                "clearinghouse.exchangefile.written": "wrote a file for a partner",
                "clearinghouse.exchangefile.downloaded": "downloaded a file",
                "clearinghouse.exchangefile.reread": "had a file read again",
                "clearinghouse.interchange.sealed": "sealed an interchange for a partner",
                "clearinghouse.interchange.confirmed": "confirmed that an interchange was brought by hand",
                "clearinghouse.interchange.delivered": "delivered an interchange to its partner",
                "clearinghouse.interchange.failed": "could not deliver an interchange",
                "clearinghouse.interchange.ordered": "had an interchange sent again",
                "clearinghouse.connection.set": "said how a partner is reached",
                "clearinghouse.partner.created": "added a trading partner",
                "clearinghouse.partner.edited": "edited a trading partner",
                "clearinghouse.partner.asked": "asked a partner for files",
                "clearinghouse.route.added": "sent a payer's claims through a partner",
                "clearinghouse.route.removed": "ended a payer's route through a partner",
                "clearinghouse.enrolment.added": "added an enrolment",
                "clearinghouse.enrolment.named": "wrote down a provider's name at a payer",
                "clearinghouse.enrolment.moved": "moved an enrolment",
            }
        )
        kinds.register(EXCHANGE)
