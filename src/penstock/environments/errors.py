"""What can go wrong when an environment is made."""

import re
from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, UserError


@dataclass(kw_only=True, eq=False)
class EnvironmentFailed(UserError, RuntimeError):
    """The environment that a component requires could not be made."""

    code: ClassVar[str] = "EXE007"
    requirements: str
    reason: str
    """What uv said."""

    def message(self) -> str:
        return f"no environment could be made for {self.requirements}:\n{self.reason}"

    def hint(self) -> str:
        if re.search(r"\bkfp==", self.requirements):
            return (
                "correct the component's `packages_to_install=`, or make the packages reachable (index, network);"
                " `--kfp VERSION` takes another kfp than the one that compiled it"
            )
        return "correct the component's `requirements=`, or make the packages reachable (index, network)"


@dataclass(kw_only=True, eq=False)
class EnvironmentUnmade(InfraError, RuntimeError):
    """This machine could not make an environment, whatever was asked for."""

    code: ClassVar[str] = "EXE014"
    reason: str

    def message(self) -> str:
        return f"an environment could not be made on this machine: {self.reason}"

    def hint(self) -> str:
        return "check that there is room on the disk for environments, and that uv is installed: `uv --version`"
