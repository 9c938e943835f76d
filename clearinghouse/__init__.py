"""Files as they came and as they went: whole bytes, their SHA-256, and what became of them."""
