"""What `manage.py count`, `listen` and `purge` do; `dev` is the package of that name."""
