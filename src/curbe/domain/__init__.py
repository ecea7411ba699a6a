"""Floor 0: the words of the field and the rules that need nothing but data and `now`."""
