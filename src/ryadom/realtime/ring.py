"""Writes to many sockets in one system call, by io_uring, where the kernel has it and lets us.

A write costs the kernel as much as by write(2), but for the way in and out, a sixth of it, which is paid once for
`ROUND` sockets. Each is done when the call returns, and none waits: what a full socket does not take is the caller's.

Bindings of others take a call of Python for each write, which is what is saved here.
Layouts and numbers: <linux/io_uring.h>, io_uring_setup(2), io_uring_enter(2).
"""

import mmap
import os
import socket
import sys
import weakref
from array import array
from collections.abc import Sequence

try:
    import ctypes

    _THERE = sys.platform.startswith("linux")
except ImportError:  # a Python that was built without libffi
    _THERE = False

ROUND = 32
"""Writes of one call at most. With hundreds the kernel leaves the receivers' part of them to a thread of its own."""
_ENTRIES = 128

_SETUP, _ENTER = 425, 426
"""System calls, of the same number on every architecture."""
_COOP_TASKRUN, _SINGLE_ISSUER = 1 << 8, 1 << 12
_GETEVENTS = 1
_SEND = 26
_SQES = 0x10000000
"""Where submissions are mapped from."""
_SHARED = getattr(mmap, "MAP_SHARED", 0) | getattr(mmap, "MAP_POPULATE", 0)

_PARAMS = 30
"""32-bit numbers of struct io_uring_params; these of them are used, the offsets being in bytes:"""
_SQ_ENTRIES, _CQ_ENTRIES, _SETUP_FLAGS = 0, 1, 2
_SQ_TAIL, _SQ_ARRAY = 11, 16
_CQ_HEAD, _CQ_TAIL, _CQES = 20, 21, 25

_SQE, _CQE = 64, 16
"""Bytes of a submission and of a completion."""
_OPCODE, _FD, _ADDRESS, _LENGTH, _FLAGS, _USER_DATA = 0, 4, 16, 24, 28, 32
_RESULT = 8
"""Where fields begin in these."""
_WRAP = 0xFFFFFFFF
"""Heads and tails only rise, and wrap."""

_BYTES_AT = sys.getsizeof(b"") - 1
"""Where the bytes of a bytes object stand in it, in CPython: at its end, but for a zero."""
_PROBE = b"are they there?"


class Ring:
    """Of the thread that makes it, and used by no other. Raises `OSError` where it cannot be had."""

    def __init__(self) -> None:
        if not _THERE:
            raise OSError("there is no io_uring here")
        if ctypes.string_at(id(_PROBE) + _BYTES_AT, len(_PROBE)) != _PROBE:
            raise OSError("this Python keeps bytes elsewhere")
        self._call = ctypes.CDLL(None, use_errno=True).syscall
        made = array("I", bytes(4 * _PARAMS))
        # A kernel that knows these flags (6.0) also ends at once whatever would have to wait.
        made[_SETUP_FLAGS] = _COOP_TASKRUN | _SINGLE_ISSUER
        self._fd: int = self._call(_SETUP, _ENTRIES, ctypes.c_void_p(made.buffer_info()[0]))
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        weakref.finalize(self, os.close, self._fd)
        self.usable = True
        self._map(made)

    def _map(self, made: "array[int]") -> None:
        """Find what is shared with the kernel, and fill in what is the same in every submission."""
        ends = made[_SQ_ARRAY] + 4 * made[_SQ_ENTRIES], made[_CQES] + _CQE * made[_CQ_ENTRIES]
        shared = memoryview(mmap.mmap(self._fd, max(ends), flags=_SHARED))
        self._numbers = shared.cast("I")
        self._tail, self._cq_head, self._cq_tail = (made[where] // 4 for where in (_SQ_TAIL, _CQ_HEAD, _CQ_TAIL))
        completions = shared[made[_CQES] : ends[1]]
        self._slots = completions.cast("Q")[:: _CQE // 8]
        self._results = completions.cast("i")[_RESULT // 4 :: _CQE // 4]
        submissions = memoryview(mmap.mmap(self._fd, _SQE * made[_SQ_ENTRIES], flags=_SHARED, offset=_SQES))
        numbers = submissions.cast("i")
        self._fds = numbers[_FD // 4 :: _SQE // 4]
        self._lengths = numbers[_LENGTH // 4 :: _SQE // 4]
        self._addresses = submissions.cast("Q")[_ADDRESS // 8 :: _SQE // 8]
        for slot in range(_ENTRIES):
            self._numbers[made[_SQ_ARRAY] // 4 + slot] = slot
            submissions[slot * _SQE + _OPCODE] = _SEND
            submissions[slot * _SQE + _USER_DATA] = slot
            numbers[(slot * _SQE + _FLAGS) // 4] = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL

    def write(self, fds: Sequence[int], pieces: Sequence[bytes]) -> dict[int, int]:
        """Write to each of these sockets its piece. How many bytes the kernel took of those that it did not take whole.

        By their place in `pieces`; a negative number is an error's. While it is not `usable` it takes nothing.
        """
        rest: dict[int, int] = {}
        done, total = 0, len(fds)
        while done < total and self.usable:
            slot = self._numbers[self._tail] % _ENTRIES
            stop = done + min(ROUND, _ENTRIES - slot, total - done)
            self._round(slot, fds[done:stop], pieces[done:stop], done, rest)
            done = stop
        return rest | dict.fromkeys(range(done, total), 0)

    def _round(self, slot: int, fds: Sequence[int], pieces: Sequence[bytes], place: int, rest: dict[int, int]) -> None:
        """The same for those that fit between `slot` and the end of the ring; `place`: of the first of them."""
        count, numbers = len(fds), self._numbers
        lengths = [len(piece) for piece in pieces]
        self._fds[slot : slot + count] = array("i", fds)
        self._lengths[slot : slot + count] = array("i", lengths)
        self._addresses[slot : slot + count] = array("Q", [id(piece) + _BYTES_AT for piece in pieces])
        numbers[self._tail] = (numbers[self._tail] + count) & _WRAP
        # Nobody else reads or writes the ring meanwhile, so that the call is all the barrier that it needs.
        self._call(_ENTER, self._fd, count, count, _GETEVENTS, None, 0)
        head = numbers[self._cq_head]
        done = (numbers[self._cq_tail] - head) & _WRAP
        numbers[self._cq_head] = (head + done) & _WRAP
        # Twice as many places, and as many used: where submissions have not wrapped, completions have not either.
        first = head % (2 * _ENTRIES)
        results: list[int] = self._results[first : first + done].tolist()
        if results == lengths:
            return
        # What was not begun would be written by a later call, when somebody else has written it already.
        self.usable = done == count
        taken = dict(zip(self._slots[first : first + done].tolist(), results, strict=True))
        for entry, length in enumerate(lengths):
            if taken.get(slot + entry, 0) != length:
                rest[place + entry] = taken.get(slot + entry, 0)
