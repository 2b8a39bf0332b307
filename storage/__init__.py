"""What is kept in Postgres, beside the table of counts itself (`models.py`): who works on which
count (`leases`), lists of pages (`lists`), names of requests (`once`), and what is old enough to go
(`retention`).
"""
