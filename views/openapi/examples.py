"""The examples of the description. They are true of the sample page and these keys.

`tests/integration/test_api_examples.py` makes counts with these keys and compares.
"""

from typing import Any

#: A count of the sample page, one to compare it with, one that waits, and one that failed.
FINISHED = "5b0c9d5e-7a2f-4c46-9f0e-3a1d8c2b6e41"
OTHER = "c1e7a0f4-2d6b-4b8a-8e53-90f7d4a6b215"
PENDING = "8d24f1b6-0c3e-4f79-a1d5-6e9b3c7f0a82"
FAILED = "e93a6c07-51d8-4a2b-b6f4-2c8d7e1f9053"
#: A list of pages.
LIST = "3f6e8b1a-94c5-4d07-8a2e-b5d1c7f36094"
#: An item of the inbox.
ITEM = "b4e1c8d2-5f07-4a69-93d8-7c2a0e6f1b35"
#: The name of one delivery.
DELIVERY = "a70d2e95-6b4c-4138-9f2a-d8e5c3b17f60"

SAMPLE = "http://127.0.0.1:5000/static/sample.html"
FAILED_URL = "http://10.0.0.1/"
SUBMITTED = "2026-11-21T09:30:00+00:00"
STARTED = "2026-11-21T09:30:00.120000+00:00"
COUNTED = "2026-11-21T09:30:01+00:00"

#: The first rows of the sample page.
ROWS = [["garden", 6], ["keeper", 5], ["Roses", 5]]
TOP_TEN = [
    *ROWS,
    ["lighthouse", 4],
    ["kale", 3],
    ["ask", 2],
    ["friend", 2],
    ["lamp", 2],
    ["planted", 2],
    ["visitors", 2],
]

#: What is known of the sample page; files have it before their rows.
FACTS: dict[str, Any] = {
    "url": SAMPLE,
    "final_url": SAMPLE,
    "title": "The lighthouse keeper’s garden",
    "language": "en",
    "charset": "utf-8",
    "counted_at": COUNTED,
    "total_words": 153,
    "distinct_words": 80,
    "main_words": None,
    "rule_version": 2,
    "pasted": False,
    "of": "page",
}

WORDS = {
    **FACTS,
    "words": [
        {
            "word": "the",
            "count": 15,
            "share": 0.098039,
            "stop_word": True,
            "forms": [["the", 11], ["The", 4]],
        },
    ],
}
PHRASES = {
    **FACTS,
    "n": 2,
    "total_phrases": 96,
    "different_phrases": 84,
    "phrases": [{"phrase": "a garden", "count": 4, "share": 0.041667}],
}
COLLOCATIONS = {
    **FACTS,
    "least": 2,
    "collocations": [
        {
            "pair": "visitors ask",
            "count": 2,
            "share": 0.013072,
            "expected": 0.026144,
            "score": 21.322905,
        }
    ],
}
WHERE = {
    **FACTS,
    "words": [
        {
            "word": "garden",
            "count": 6,
            "headings": 1,
            "links": 0,
            "text": 5,
            "title": 1,
            "images": 0,
        },
    ],
}
LINES = {
    **FACTS,
    "word": "garden",
    "count": 6,
    "forms": {"garden": 6},
    "lines": [
        {
            "number": 4,
            "before": "The lighthouse keeper’s ",
            "word": "garden",
            "after": "",
            "left": "keeper’s",
            "right": "",
            "place": 24,
        },
    ],
}
TEXT_LINES = {
    **FACTS,
    "lines": [{"line": 1, "part": None, "text": "The lighthouse keeper’s garden", "words": 4}],
}
#: The page that the sample page is compared with says: The rose garden.
OTHER_URL = "http://127.0.0.1:5000/static/other.html"
COMPARISON = {
    "a": FACTS,
    "b": {**FACTS, "url": OTHER_URL, "final_url": OTHER_URL, "title": "The rose garden"}
    | {"total_words": 3, "distinct_words": 3},
    "words": [
        {
            "word": "rose",
            "a_count": 0,
            "b_count": 1,
            "a_per_thousand": 0.0,
            "b_per_thousand": 333.3333333333333,
            "log_likelihood": 8.274203007120201,
            "log_ratio": -6.672425341971495,
            "stop_word": False,
        }
    ],
}
HISTORY = {
    "url": SAMPLE,
    "counts": [
        {
            "job_key": FINISHED,
            "submitted_at": SUBMITTED,
            "counted_at": COUNTED,
            "state": "finished",
            "total_words": 153,
            "distinct_words": 80,
            "main_words": None,
            "language": "en",
            "rule_version": 2,
            "error_code": None,
            "changed_words": None,
            "changes": None,
        }
    ],
}
STANDING = {
    "status": "queued",
    "step": "queued",
    "position": 1,
    "fraction": 0.05,
    "seconds": 0,
    "still": 0,
    "message": "Waiting for a worker: number 1 in the queue",
    "job_key": PENDING,
    "url": "https://example.com/",
    "attempt": 0,
    "submitted_at": SUBMITTED,
}
FAILURE = {
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "This address is not on the public internet.",
    "code": "not_public",
    "job_key": FAILED,
    "url": FAILED_URL,
    "attempt": 1,
    "submitted_at": SUBMITTED,
}
#: Of the count of the sample page.
CALLBACKS = [
    {
        "delivery_id": DELIVERY,
        "state": "delivered",
        "attempts": 1,
        "last_status": 204,
        "last_error": None,
        "next_at": None,
    }
]
