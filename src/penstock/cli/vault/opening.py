"""The vault of the home, for one command."""

from pathlib import Path

from penstock.cli.screen import Screen
from penstock.cli.session import screen_of, settings_of
from penstock.platform.home import prepare_home
from penstock.platform.vault import HomeVault


def open_vault(home: Path | None, *, json: bool = False) -> tuple[HomeVault, Screen]:
    """The vault of the home, which is made if it is not there, and where to say things."""
    settings = settings_of(home)
    prepare_home(settings.home)
    return HomeVault(settings.home), screen_of(settings, json=json)
