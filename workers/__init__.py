"""What a worker is made of; `worker.py` at the top is the program.

A parent (`supervisor`) starts workers again that end. Each worker (`count_worker`) has a thread for
each page, a stable of processes that read them (`stable`, `confine`), and threads that look after
what got stuck (`rescuer`).
"""
