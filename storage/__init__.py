"""What is kept in Postgres, beside the table of counts itself (`models.py`), and each step of a
count: from its submission (`admission`, `lists`, `once`) over who works on it (`states`, `leases`,
`rescues`) to its end (`retention`); and the way there (`connections`, `faults`).
"""
