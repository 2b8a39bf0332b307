"""How often one client may submit: one allowance for the form and the API together."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

SUBMISSIONS = "30/minute"

# Off unless `RATELIMIT_ENABLED`; counted in Redis, for all web processes together. Without Redis
# nobody is refused: a count is accepted even then.
limiter = Limiter(get_remote_address, headers_enabled=True, swallow_errors=True)
submissions = limiter.shared_limit(SUBMISSIONS, scope="submissions")
