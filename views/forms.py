"""What people can submit. A token in each form keeps other sites from submitting it."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

EXPIRED = "The form needs a cookie of this site. Allow it, and submit the form once more."


class UrlForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The one field: an address, or several, one on each line."""

    url = StringField("Address of a page")
    #: "true" counts again what was counted a moment ago.
    fresh = HiddenField()


class PasteForm(FlaskForm):  # type: ignore[misc]
    """A text in place of a page."""

    text = TextAreaField("Text of the page")
