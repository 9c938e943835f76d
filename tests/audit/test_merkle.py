"""The tree of RFC 6962, against the test vectors its reference implementation publishes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from audit.rules.merkle import EMPTY_ROOT, leaf_hash, node_hash, root

LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_nothing_has_a_root_too():
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_a_leaf_is_never_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(some.lists(some.binary(max_size=8), min_size=1, max_size=40, unique=True), some.data())
def test_any_change_changes_the_root(leaves, data):
    at = data.draw(some.integers(0, len(leaves) - 1))
    whole = root(leaves)
    assert root([*leaves[:at], leaves[at] + b"x", *leaves[at + 1 :]]) != whole
    assert root([*leaves[:at], *leaves[at + 1 :]]) != whole
    assert root([*leaves[:at], b"new" * 4, *leaves[at:]]) != whole
