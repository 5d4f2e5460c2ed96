"""Model packages: MLflow model folders that say all about a model, and replay in a clean environment."""
