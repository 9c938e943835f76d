"""Files that prove what a person saw: pictures and documents of a few kinds, known by how they begin."""

from __future__ import annotations

LARGEST = 4 * 1024 * 1024
_KINDS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)
_ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile")
"""What makes a PDF do something when it is opened."""


class NotEvidence(ValueError):
    """The text says why the file is not kept."""


def kind_of(content: bytes) -> tuple[str, str]:
    """Media type and ending by the bytes themselves; a name and what a browser claims say nothing."""
    if len(content) > LARGEST:
        raise NotEvidence("A file has 4 MB at most.")
    found = next(((media, ending) for begins, media, ending in _KINDS if content.startswith(begins)), None)
    if found is None:
        raise NotEvidence("Only PDF, PNG and JPEG files are kept.")
    if found[1] == "pdf" and any(one in content for one in _ACTIVE):
        raise NotEvidence(
            "This PDF holds scripts or other files. Print it to a plain PDF, or take a picture."
        )
    return found
