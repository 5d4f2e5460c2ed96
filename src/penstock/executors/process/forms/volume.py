"""Kubeflow's tasks that make and delete persistent volume claims, where a volume is a folder below the home."""

from pathlib import Path

import msgspec

from penstock.engine.executor import WorkOrder
from penstock.executors.process import volumes
from penstock.executors.process.forms.form import Call, Needs
from penstock.executors.process.volumes import VolumeWork
from penstock.ir.platform import CREATE_VOLUME, DELETE_VOLUME
from penstock.ir.spec import ContainerSpec

_RUN = f"{volumes.__name__}:{volumes.run.__name__}"


class VolumeTask:
    """A container whose image is none: it says what Kubeflow is to do with a claim."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def matches(self, container: ContainerSpec) -> bool:
        return container.image in (CREATE_VOLUME, DELETE_VOLUME)

    def needs(self, container: ContainerSpec) -> Needs:  # noqa: ARG002 - the protocol's
        return Needs(imports=(volumes.__name__,))

    def call(self, order: WorkOrder) -> Call:
        """See `TaskForm.call`. What it did is no result for another run: the volume may be gone by then."""
        work = VolumeWork(
            create=order.container.image == CREATE_VOLUME,
            root=self._root,
            task=f"{order.key.run_id}/{order.key.path}",
            inputs=order.executor_input.inputs.parameter_values,
            output=order.executor_input.outputs.output_file,
        )
        return Call(function=_RUN, payload=msgspec.json.encode(work), reusable=False)
