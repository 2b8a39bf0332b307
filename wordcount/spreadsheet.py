"""Cells of a CSV file that no spreadsheet takes for a formula."""

#: A cell that begins so is a formula to a spreadsheet, the wide forms to some.
#: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(text: str) -> str:
    """A stranger's text as a cell: what would be a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
