"""Seconds that MLflow takes for metrics, logged one by one to a SQLite file: `mlflow_metrics.py FILE COUNT`."""

import sys
import time

import mlflow

mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}")
with mlflow.start_run():
    mlflow.log_metric("first", 0.5)
    began = time.perf_counter()
    for step in range(int(sys.argv[2])):
        mlflow.log_metric(f"metric-{step % 10}", 0.5, step=step)
    took = time.perf_counter() - began
print(took)
