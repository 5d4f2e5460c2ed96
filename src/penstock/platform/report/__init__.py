"""A run for people: its words, its tree, what it gave; and all of it as one page of HTML."""
