"""How code in a task speaks to the system that runs it."""
