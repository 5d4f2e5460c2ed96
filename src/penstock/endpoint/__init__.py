"""The small HTTP server in the engine's process, which workers and the MLflow client talk to."""
