"""The ground floor: ids, errors, clock, settings and fault points. Knows nothing of pipelines."""
