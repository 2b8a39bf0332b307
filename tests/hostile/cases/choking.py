"""Pages that are fetched well, and made to choke what reads them: a limit of the job ends it."""

from bench.hostile import HOSTILE
from tests.hostile.case import Case
from tests.hostile.server import answer, sends

#: Those that take far more than a job of the tests may use.
_CHOKING = [
    "100,000 nested elements",
    "2,000 open formatting elements",
    "150,000 attributes",
    "2,000 sibling rules and 20,000 elements",
    ":has() chains, 2,000 levels deep",
]

CASES = [
    Case(
        f"choking: {name}",
        "too_complex",
        sends(answer(HOSTILE[name]().encode())),
        detail="Reading the page takes too much time or memory.",
        connections=1,
    )
    for name in _CHOKING
]
