"""Ryadom: a self-hosted messenger that knows who is here, what has been read, and which devices are signed in."""

__version__ = "3.2.0"
