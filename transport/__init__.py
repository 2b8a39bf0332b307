"""HTTP connections that cannot be led astray: only to permitted addresses, never past a budget.

`requests` checks names before it connects and bounds single reads; a hostile site gets past both,
with a name that resolves differently the second time, or with a byte now and then. So the checks
are made here, at the socket: on the address that is connected, and before each single read.

Only :mod:`fetch` and :mod:`callbacks.deliver` connect through it. In it: `budget`, `connection`,
`session`, `redirects`, `failures`.
"""
