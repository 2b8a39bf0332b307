"""Measurements of the whole: how right the counts are, and what they cost.

Not part of the program: `make accuracy` and `make bench` run them. They print tables in Markdown,
ready for docs/ACCURACY.md and docs/BENCH.md.
"""
