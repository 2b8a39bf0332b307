"""The worker: knows only RQ and Redis, so each of its forks imports all that the job needs."""

import os

from redis import Redis
from rq import Queue, Worker

if __name__ == "__main__":
    connection = Redis.from_url(os.environ["REDIS_URL"])
    Worker([Queue(connection=connection)], connection=connection).work()
