"""What a run says of itself: the values of Kubeflow's run-level placeholders, such as `{{$.pipeline_job_name}}`."""

from datetime import UTC, datetime

from penstock.engine.state import RunState
from penstock.metadata.records import Execution


def run_values(state: RunState, execution: Execution) -> dict[str, str]:
    """The run-level placeholders, as an execution of this run sees them.

    The resource name begins with the pipeline's name, as that of a workflow on Kubeflow does.
    """
    run = state.run
    created = _utc(run.created_at)
    return {
        "pipeline_job_name": run.display_name or f"{run.pipeline} {run.run_id}",
        "pipeline_job_resource_name": f"{run.pipeline}-{run.run_id}",
        "pipeline_job_uuid": run.run_id,
        "pipeline_job_create_time_utc": created,
        "pipeline_job_schedule_time_utc": created,
        "pipeline_task_name": execution.task,
        "pipeline_task_uuid": f"{run.run_id}/{execution.path}",
        **state.places,
    }


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
