"""Sign-in, sessions, the second factor, and the pages on which access is given and ended."""
