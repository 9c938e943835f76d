from django.apps import AppConfig


class ClearinghouseConfig(AppConfig):
    name = "clearinghouse"

    def ready(self) -> None:
        from audit import verbs

        verbs.register(
            {
                "clearinghouse.exchangefile.stored": "stored a file",
                "clearinghouse.exchangefile.repeated": "sent a file that was already stored",
                "clearinghouse.exchangefile.written": "wrote a file for a partner",
                "clearinghouse.interchange.sealed": "sealed an interchange for a partner",
            }
        )
