from clearinghouse.selectors.files import (
    PIECE_SIZE,
    content_of,
    file_for,
    file_page,
    files_received,
    find_patients_by,
    open_file,
    patients_within,
    refusal_at_the_door,
    segments,
    shown_segments,
)
from clearinghouse.selectors.partners import Way, partners_taking, way_to, ways_to

__all__ = [
    "PIECE_SIZE",
    "Way",
    "content_of",
    "file_for",
    "file_page",
    "files_received",
    "find_patients_by",
    "open_file",
    "partners_taking",
    "patients_within",
    "refusal_at_the_door",
    "segments",
    "shown_segments",
    "way_to",
    "ways_to",
]
