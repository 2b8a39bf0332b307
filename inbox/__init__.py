"""The inbox: what programs submit by a list in Redis; its items, its lists, and who reads them."""
