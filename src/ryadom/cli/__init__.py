"""The command line: `ryadom serve`, `db …`, `user …`, `backup`, `restore`, `demo`, `config`.

Commands write with the functions that the server writes with, each in one transaction, whether or not it runs.
"""

from .commands import app, main

__all__ = ["app", "main"]
