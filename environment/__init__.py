"""What the environment says: how each variable is read (`variables`, `readers`), what holds on
Heroku (`heroku`), and how long servers may take (`patience`).
"""
