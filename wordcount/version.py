"""Which release of the program this is."""

VERSION = "1.0.0"
