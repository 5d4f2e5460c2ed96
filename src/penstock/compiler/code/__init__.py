"""The author's code: which of it a component needs, how that is told apart, and how it travels."""
