"""Files are kept whole, once, and read in pieces."""

import hashlib
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clearinghouse.models import ExchangeFile, FilePiece
from clearinghouse.selectors import PIECE_SIZE, content_of, open_file
from clearinghouse.services import store_inbound
from tenancy.scope import organization_scope

pytestmark = pytest.mark.usefixtures("in_practice")


def store(content, name="a.835"):
    return store_inbound(name=name, content=content, source="COMMAND", at=timezone.now())


def test_bytes_come_back_as_they_came_across_pieces():
    content = b"ISA*" + bytes(range(1, 256)) * 9000
    file, created = store(io.BytesIO(content))
    assert created
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert FilePiece.objects.count() == 3
    assert content_of(file) == content
    with open_file(file) as source:
        source.seek(PIECE_SIZE - 2)
        assert source.read(4) == content[PIECE_SIZE - 2 : PIECE_SIZE + 2]


def test_the_same_bytes_are_kept_once_under_any_name():
    first, _ = store(b"ISA*1", "one.835")
    second, created = store(b"ISA*1", "../../two.835")
    assert (second.id, created) == (first.id, False)
    assert list(first.arrivals.order_by("id").values_list("name", flat=True)) == ["one.835", "two.835"]


def test_another_practice_keeps_its_own_copy(other_practice):
    store(b"ISA*1")
    with organization_scope(other_practice.pk):
        assert not ExchangeFile.objects.exists()
        assert store(b"ISA*1")[1]


def test_pieces_never_change():
    store(b"ISA*1")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE clearinghouse_filepiece SET content = ''")
