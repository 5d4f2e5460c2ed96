"""The commands at the top level: `run`, `compile`, `home`. One module for each."""
