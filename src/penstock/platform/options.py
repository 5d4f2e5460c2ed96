"""How a run is to be done, as a person says at its start. Kept with the run, so that a resume does the same."""

from typing import Literal

from msgspec import Struct

from penstock.core.json import Json
from penstock.engine.behaviour import BEHAVIOUR


class RunOptions(Struct, frozen=True, kw_only=True):
    """Options of one run."""

    cache: bool = True
    """Whether earlier results may be taken. Results are kept for later either way."""
    executor: Literal["process", "inline"] = "process"
    pdb: bool = False
    """Open a debugger where a component fails (inline only)."""
    host_commands: bool = False
    """Whether container components may run as plain commands on this host, their images ignored. Never implied."""
    kfp: str = ""
    """The version of Kubeflow's SDK for its lightweight components, whatever version they ask for; empty for that."""
    upgrade_packages: bool = False
    """Resolve the requirements of components to the newest versions that fit, whatever earlier runs took."""
    max_parallel: int | None = None
    """Cores to use at once; None for all."""
    timeout: float | None = None
    """Seconds that the whole run may take."""
    detached: bool = False
    """Whether the run was only submitted, for an engine to take it up (`penstock engine`)."""
    workspace: str = ""
    """A folder of the user's for `{{$.workspace_path}}`; empty for one of the run's own below the home."""
    cwd: str = ""
    """The folder that relative paths are meant from; empty for the present one."""

    def record(self) -> dict[str, Json]:
        """What is kept with the run."""
        return {
            "cache": self.cache,
            "executor": self.executor,
            "host_commands": self.host_commands,
            "kfp": self.kfp,
            "max_parallel": self.max_parallel,
            "timeout": self.timeout,
            "detached": self.detached,
            "workspace": self.workspace,
            "cwd": self.cwd,
            "behaviour": BEHAVIOUR,
        }

    @classmethod
    def of_record(cls, options: dict[str, Json]) -> "RunOptions":
        """The options that a run was made with; unknown ones, from a newer Penstock, are passed over."""
        import msgspec

        known = {name: value for name, value in options.items() if name in cls.__struct_fields__}
        return msgspec.convert(known, cls)
