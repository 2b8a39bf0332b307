"""The classic shape of this app, to measure ours against: written for this bench, and nobody's.

It is what tutorials on Flask, SQLAlchemy, RQ and NLTK come to: one table, a job that is enqueued by
its name, an RQ worker that forks for each job and imports in each fork what the job needs, and
results that are loaded and sorted as a whole whenever somebody asks. It does only what such
tutorials do: no checks of addresses, no limits, no progress, no second try. So it does far less for
its time than this project does.

Nothing may be imported here: the worker imports this package, and must not know the job.
"""
