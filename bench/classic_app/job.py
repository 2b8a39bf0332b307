"""The job: fetch a page, count its words, save them."""

import requests
from nltk.corpus import stopwords

from bench.classic import count_classically
from bench.classic_app.app import Result, app, db


def count_and_save_words(url: str) -> int:
    """The id of the row with the words of a page."""
    page = requests.get(url, timeout=30)
    words = count_classically(page.text)
    stop_words = set(stopwords.words("english"))
    no_stop_words = {word: n for word, n in words.items() if word.lower() not in stop_words}
    with app.app_context():
        result = Result(url=url, result_all=words, result_no_stop_words=no_stop_words)
        db.session.add(result)
        db.session.commit()
        return int(result.id)
