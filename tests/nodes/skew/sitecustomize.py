"""Python runs this at its start where the tests put it on the path: the wall clock is wrong by WRONG_CLOCK s."""

import os
import time

_real = time.time
_wrong_by = float(os.environ.get("WRONG_CLOCK", "0"))
time.time = lambda: _real() + _wrong_by
