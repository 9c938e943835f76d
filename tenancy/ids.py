"""UUIDv7: opaque in an address, and ordered by time so that an index stays compact (RFC 9562 §5.7)."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7000 << 64
    value |= (random_bits & 0x0FFF) << 64
    value |= 0x8000_0000_0000_0000
    value |= (random_bits >> 12) & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)
