"""Watching a run: what changed (`progress`), told as lines (`events`) or as a picture (`live`), and how it ended."""
