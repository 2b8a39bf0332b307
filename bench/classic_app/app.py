"""The web: accepts URLs, and answers with the ten most frequent words.

``python -m bench.classic_app.app`` makes the table.
"""

import os
from operator import itemgetter

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from redis import Redis
from rq import Queue
from rq.job import Job
from sqlalchemy import JSON

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
connection = Redis.from_url(os.environ["REDIS_URL"])
queue = Queue(connection=connection)


class Result(db.Model):  # type: ignore[name-defined,misc]  # Flask-SQLAlchemy makes it at run time
    """The words of one page."""

    __tablename__ = "results"

    id = db.Column(db.Integer, primary_key=True)
    url = db.Column(db.String)
    result_all = db.Column(JSON)
    result_no_stop_words = db.Column(JSON)


@app.post("/start")
def start() -> ResponseReturnValue:
    """Have a page counted; the answer is the id of the job."""
    job = queue.enqueue(
        "bench.classic_app.job.count_and_save_words", request.get_json()["url"], result_ttl=5000
    )
    return str(job.id)


@app.get("/results/<job_key>")
def results(job_key: str) -> ResponseReturnValue:
    """The ten most frequent words, if the job is done."""
    job = Job.fetch(job_key, connection=connection)
    if not job.is_finished:
        return "Nay!", 202
    result = db.get_or_404(Result, job.return_value())
    words = sorted(result.result_no_stop_words.items(), key=itemgetter(1), reverse=True)
    return jsonify(words[:10])


if __name__ == "__main__":
    with app.app_context():
        db.create_all()
