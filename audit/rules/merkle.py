"""The Merkle tree of RFC 6962 §2.1 over SHA-256: its root changes when any leaf is edited, moved, added or lost."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(contents: Sequence[bytes]) -> bytes:
    """Pairing neighbours and carrying an odd last one up unchanged gives RFC 6962's tree without recursion."""
    level = [leaf_hash(content) for content in contents]
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]
