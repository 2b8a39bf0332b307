"""Very many stored results, made up in the database itself: real rows, but for the sake of time
small ones.

One in twenty has failed, the others are finished. The oldest are of :data:`OFTEN`, a page that was
counted very often, but not lately: there it is slow to look at the newest results first.
"""

import json
import uuid
from hashlib import md5

from sqlalchemy import text

from models import TOP_ROWS, db, ranking_name

#: The URL that was counted very often.
OFTEN = "http://often.example/"
_SHARE_OF_FAILED = 20
#: How many words each has stored besides; a real page has some hundreds.
_STORED = 20

_EITHER = (True, False)
_WORDS = {f"word{number}": TOP_ROWS - number for number in range(TOP_ROWS)}
_TOPS = list(_WORDS.items())
_SIZES = (len(_WORDS), sum(_WORDS.values()))

# A value that was compressed once is copied as it is; made anew for each row it takes ten times as
# long.
_SAMPLE = text("""
    CREATE TEMPORARY TABLE sample ON COMMIT DROP AS SELECT
        CAST(:tops AS json) AS tops, CAST(:sizes AS json) AS sizes, CAST(:words AS json) AS words
    """)
_ENDED = text("""
    INSERT INTO results (
        job_key, url, status, attempt, worker, submitted_at, started_at, finished_at, due_at,
        moved_at, error_code, error_detail, final_url, http_status, content_type, charset, language,
        title, bytes, total_words, distinct_words, rule_version, main_words, doubts, tops, sizes,
        result_all, result_no_stop_words, text)
    SELECT
        md5('result ' || number)::uuid, url, CASE WHEN is_failed THEN 'failed' ELSE 'finished' END,
        1, 'worker ' || number % 16, ended - interval '2 s', ended - interval '1 s', ended,
        ended, ended,
        CASE WHEN is_failed THEN 'timeout' END, CASE WHEN is_failed THEN 'It took too long.' END,
        CASE WHEN NOT is_failed THEN url END, CASE WHEN NOT is_failed THEN 200 END,
        'text/html', 'utf-8', 'en', 'Page number ' || number, 2000, :words_in_all, :rows_in_all,
        2, 0, '[]',
        CASE WHEN NOT is_failed THEN tops END, CASE WHEN NOT is_failed THEN sizes END,
        CASE WHEN NOT is_failed THEN words END, CASE WHEN NOT is_failed THEN words END,
        'The text of page number ' || number
    FROM sample, (
        SELECT
            number, number % :share_of_failed = 1 AS is_failed,
            CASE WHEN number <= :times_often THEN :often
                ELSE 'http://site' || number % 5003 || '.example/pages/' || number / 2 END AS url,
            now() - interval '10 minutes' - (:rows - number) * interval '1 s' AS ended
        FROM generate_series(1, :rows) AS number) AS numbers
    """)
_PENDING = text("""
    INSERT INTO results (job_key, url, status, attempt, worker, lease_until, started_at, step)
    SELECT
        md5(:status || number)::uuid, 'http://' || :status || number || '.example/', :status, 1,
        'worker ' || number % 16,
        CASE WHEN :status = 'running' THEN now() + interval '1 day' END,
        CASE WHEN :status = 'running' THEN now() END,
        CASE WHEN :status = 'running' THEN 'fetching' END
    FROM generate_series(1, :rows) AS number
    """)


def store_ended(rows: int, *, often: int) -> None:
    """Store results that have ended, and commit.

    :param rows: how many, numbered from 1 on; see :func:`key_of`.
    :param often: how many of them are of :data:`OFTEN`.
    """
    rankings = [
        ranking_name(stop_words=stop_words, fold_case=fold_case)
        for stop_words in _EITHER
        for fold_case in _EITHER
    ]
    sample = {
        "tops": json.dumps(dict.fromkeys(rankings, _TOPS)),
        "sizes": json.dumps(dict.fromkeys(rankings, _SIZES)),
        "words": json.dumps(dict(_TOPS[:_STORED])),
    }
    db.session.execute(_SAMPLE, sample)
    db.session.execute(
        _ENDED,
        {
            "rows": rows,
            "often": OFTEN,
            "times_often": often,
            "share_of_failed": _SHARE_OF_FAILED,
            "rows_in_all": _SIZES[0],
            "words_in_all": _SIZES[1],
        },
    )
    db.session.commit()


def store_pending(*, queued: int, running: int) -> None:
    """Store counts that have not ended, and commit; they stay as they are for a day."""
    for status, rows in (("queued", queued), ("running", running)):
        db.session.execute(_PENDING, {"status": status, "rows": rows})
    db.session.commit()


def key_of(number: int, kind: str = "result ") -> str:
    """The key of one of those.

    :param kind: or ``queued``, or ``running``.
    """
    return str(uuid.UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()))
