"""Gives a test session database and message servers of its own."""
