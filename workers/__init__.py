"""What a worker is made of; `worker.py` at the top is the program.

A parent (`supervisor`) starts a worker again when it has ended. Each worker (`count_worker`) has a
thread for each page, a stable of processes that read them (`stable`, `keeper`, `confine`), and a
thread that looks after what got stuck (`rescuer`).
"""
