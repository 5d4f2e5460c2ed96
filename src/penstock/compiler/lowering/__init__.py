"""From traced graphs to the IR: DAGs, tasks, components, executors."""
