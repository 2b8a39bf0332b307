"""Send word of an outcome to a stranger's server: beside :mod:`fetch` the only HTTP to strangers.

The same promises hold as for a page, for the same :mod:`transport` keeps them: it ends in time, and
never leads inside the operator's network. Nothing is read of an answer but its status.
"""

from collections.abc import Mapping

from fetch import Manners
from transport.budget import Budget, OverBudgetError
from transport.connection import Gate
from transport.failures import NETWORK_ERRORS, failure_of
from transport.session import GuardedSession
from wordcount.address import Network
from wordcount.errors import FetchError

#: One deadline over DNS, connect, TLS, sending, and the head of the answer.
SECONDS = 10.0
#: How much may be received: status lines, headers, and what of a body comes along with them.
_ANSWER_BYTES = 64 * 1024


def deliver(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed_networks: tuple[Network, ...],
    manners: Manners,
) -> int:
    """Send a body to a URL by POST, once. Redirects are not followed: they are an answer.

    :param url: normalised.
    :returns: the status of the answer.
    :raises FetchError: if there is none that can be understood.
    """
    sent = {
        "User-Agent": manners.user_agent,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    budget = Budget(SECONDS, _ANSWER_BYTES)
    gate = Gate(allowed_networks, manners.permit)
    try:
        with (
            GuardedSession(budget, gate, sent) as session,
            # Its body is left unread, so it can neither drip nor be endless.
            session.post(url, data=body, stream=True) as response,
        ):
            return response.status_code
    except OverBudgetError:
        raise FetchError("bad_response", reason="it goes on and on before it says much") from None
    except NETWORK_ERRORS as error:
        raise failure_of(error, SECONDS) from error
