"""The environment variables by which a task knows where it runs. Executors set them; they are in no cache key."""

RUN_ID = "PENSTOCK_RUN_ID"
"""The run."""
TASK = "PENSTOCK_TASK"
"""The path of the execution in it, e.g. `for-loop-1[2].train`."""
TRACKING_FILE = "PENSTOCK_TRACKING_FILE"
"""The spool: a file to which whatever is logged is appended, one JSON object a line. It need not exist yet."""

ADDRESS = "PENSTOCK_ENDPOINT"
"""Where the system that runs the task answers: `http://127.0.0.1:PORT`."""
TOKEN = "PENSTOCK_TOKEN"
"""The right to talk to it."""
