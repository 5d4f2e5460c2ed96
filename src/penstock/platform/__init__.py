"""The composition root: the system in one process, built from one table of settings. Nothing else reads the environment."""
