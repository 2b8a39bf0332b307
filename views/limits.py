"""How often one client may submit: one allowance for the form and the API together."""

import time

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

SUBMISSIONS = "30/minute"

# Off unless `RATELIMIT_ENABLED`; counted in Redis, for all web processes together. Without Redis
# nobody is refused: a count is accepted even then.
limiter = Limiter(get_remote_address, swallow_errors=True)
submissions = limiter.shared_limit(SUBMISSIONS, scope="submissions")


def seconds_to_wait() -> int:
    """How long a client that was refused has to wait. (The library's own header goes with every
    answer, also with those that refuse nothing.)
    """
    used_up = limiter.current_limit
    return max(1, int(used_up.reset_at - time.time())) if used_up else 1
