"""Whether counts survive: everything runs as in production, and is killed again and again.

Not part of the program: `make chaos` runs it. It knows nothing of the application but how one
starts it, what it answers over HTTP and what stands in its table. docs/RELIABILITY.md says how to
read what it prints.
"""
