"""The composition root: the system in one process, from one table of settings; nothing else reads the environment."""
