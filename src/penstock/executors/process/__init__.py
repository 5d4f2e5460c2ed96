"""Runs each attempt in a forked process of its own, from a warm zygote that has the heavy libraries imported.

| module | runs in | is |
|---|---|---|
| `executor` | the engine's process | the `Executor` |
| `host` | the engine's process | one zygote as the engine sees it: starts it, talks to it, notices its end |
| `outcome` | the engine's process | what a job's end means: a result, a failure, a cancellation |
| `forms` | the engine's process | which containers can be run, and how |
| `zygote` | the zygote | imports the libraries, forks a child for each job |
| `jobs` | the zygote | one job: its limits, its end |
| `child` | the child | takes on its new life, does the job |
| `work` | the child | the job that is a task of a pipeline |
| `channel`, `messages`, `logs`, `proc` | | what they need |

This file imports nothing, because a zygote may run in an environment that has little but Penstock.
"""
