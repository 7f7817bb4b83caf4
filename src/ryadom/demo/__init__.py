"""`ryadom demo`: a server in which made-up people live, to see everything in motion with one command.

Its people are clients like any other, and keep to the server's limits. Their chats are in English and Russian.
"""

from .cast import MOST, USUAL
from .home import HOST, folder, free_port
from .play import Play, run

__all__ = ["HOST", "MOST", "USUAL", "Play", "folder", "free_port", "run"]
