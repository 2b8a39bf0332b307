"""What one person needs to work on this project: local servers, and one command for everything.

Production never imports this package, and this package imports nothing of the application: it
reads the Procfile and sets environment variables, as a host would.
"""


class DevError(Exception):
    """Something that the person at the terminal has to know; the message is one line for them."""
