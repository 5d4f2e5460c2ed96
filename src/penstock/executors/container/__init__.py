"""Runs components that are a command line in an image, by Docker or Podman.

A worker process of the process executor looks after each container, so that its limits, its log and its end are those
of any other attempt. So it is with plain commands, into which a container component turns on request:
see `penstock.executors.process.forms.command` and `penstock.executors.process.commands`.

| module | runs in | is |
|---|---|---|
| `executor` | the engine's process | the `Executor` for containers: starts them, sees to it that none is left behind |
| `engine` | the engine's process | which container engine there is, and whether it answers |
| `form` | the engine's process | how an attempt becomes a job of a worker |
| `line` | the worker | the engine's command line for one attempt |
| `work` | the worker | the job: starts the container, waits for it, collects what it left |
"""
