"""The database and message servers behind the application.

Addresses in the environment name servers somebody else runs. Without them, private servers are
kept in a folder only their user can enter, for development, demonstration and tests. They belong to
a keeper process, which stops them when the last command using them has ended, however it ended.
"""
