"""How a run is to be done, as a person says at its start. Kept with the run, so that a resume does the same."""

from typing import Any, Literal

from msgspec import Struct

from penstock.core.json import Json
from penstock.engine.behaviour import BEHAVIOUR

_SECONDS = "a number of seconds, more than 0"
_KINDS: tuple[tuple[tuple[str, ...], Any, str], ...] = (
    (("cache", "pdb", "host_commands", "upgrade_packages", "detached"), bool, "True or False"),
    (("kfp", "workspace", "cwd"), str, "a text"),
    (("timeout",), int | float | None, _SECONDS),
)


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

    def check(self) -> None:
        """Refuse, before anything is on record, what a run cannot be driven with.

        Raises:
            SettingInvalid: An option has another type than it should, or the time limit never comes.
        """
        from penstock.platform.settings import SettingInvalid

        for names, kind, allowed in _KINDS:
            for name in names:
                value = getattr(self, name)
                if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                    raise SettingInvalid(setting=name, value=value, source=f"given as `{name}`", allowed=allowed)
        if self.timeout is not None and not 0 < self.timeout < float("inf"):
            raise SettingInvalid(setting="timeout", value=self.timeout, source="given as `timeout`", allowed=_SECONDS)

    @classmethod
    def of_record(cls, options: dict[str, Json]) -> "RunOptions":
        """The options that a run was made with; unknown ones, from a newer Penstock, are passed over."""
        import msgspec

        known = {name: value for name, value in options.items() if name in cls.__struct_fields__}
        return msgspec.convert(known, cls)
