"""How gunicorn serves it: by its defaults, so one request at a time in each process.

WEB_CONCURRENCY says how many processes; gunicorn itself reads that.
"""

import os

bind = f"127.0.0.1:{os.environ['PORT']}"
