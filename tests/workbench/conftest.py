from tests.denials.conftest import denied, take

__all__ = ["denied", "take"]
