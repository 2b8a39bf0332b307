"""What a program has loaded that is forked for a test; see :mod:`tests.forked`."""

import app
import manage
import worker
from tests import forked
from workers import warm_up

__all__ = ["app", "forked", "manage", "worker"]

# A worker does so again when it starts, and has most of it at hand then.
warm_up.count_warm_pages()
