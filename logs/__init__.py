"""What programs say of themselves: one line for each event, on stderr."""
