"""What `manage.py` can do, beside the commands of Flask and its extensions."""
