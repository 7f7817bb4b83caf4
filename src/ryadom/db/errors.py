"""Why a database cannot be used: for whoever starts a server or a command. Each message says what to do."""


class InUse(Exception):
    """Another process has the database."""


class Unwritable(Exception):
    """The folder or the file of the database cannot be written. The message says which, and why."""


class Unreachable(Exception):
    """The database server cannot be reached. The message says where, and what it or the system said."""


class TooOld(Exception):
    """The SQLite that Python brings is too old. The message says which is needed, and how to come by it."""
