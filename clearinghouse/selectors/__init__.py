from clearinghouse.selectors.files import (
    PIECE_SIZE,
    content_of,
    file_for,
    file_page,
    files_received,
    open_file,
    refusal_at_the_door,
    segments,
    shown_segments,
)

__all__ = [
    "PIECE_SIZE",
    "content_of",
    "file_for",
    "file_page",
    "files_received",
    "open_file",
    "refusal_at_the_door",
    "segments",
    "shown_segments",
]
