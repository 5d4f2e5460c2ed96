"""Ready components, and the reference pipelines made of them."""
