"""Which containers the process executor can run: one class for each form that a task can have, in a module of its own.

`form` says what a form is. The executor asks them in order; the first that matches a container runs it.
"""

from penstock.executors.process.forms.form import Call, Needs, TaskForm
from penstock.executors.process.forms.kfp import KfpComponent
from penstock.executors.process.forms.penstock import PenstockComponent
from penstock.executors.process.forms.volume import VolumeTask

__all__ = ["Call", "KfpComponent", "Needs", "PenstockComponent", "TaskForm", "VolumeTask"]
