"""Loading the original of a package: only what is trusted, unless the user trusts it all."""

import sys
from pathlib import Path
from typing import Any

from penstock.data.errors import ConversionError
from penstock.models.errors import UnreadablePackage
from penstock.models.flavours import flavour_called
from penstock.models.package import CODE, Package, checked


def load_original(folder: Path, package: Package, *, trust: bool) -> Any:
    """The estimator of a package.

    Its own modules are put on the path only if it is trusted, since importing them runs them.

    Raises:
        UntrustedModel: It holds types that nobody vouched for.
        PickleRefused: It is a pickle.
        UnreadablePackage: Its file is damaged, or of a flavour that is not known.
    """
    flavour = flavour_called(package.flavour)
    if flavour is None:
        reason = f"it is of flavour {package.flavour!r}, which is not known here"
        raise UnreadablePackage(place=str(folder), reason=reason)
    if trust and (folder / CODE).is_dir():
        for name in package.files:
            if name.startswith(f"{CODE}/"):
                checked(folder, package, name)
        _put_on_path(folder / CODE)
    try:
        return flavour.read(folder, package, trust=trust)
    except ConversionError as error:
        raise UnreadablePackage(place=str(folder), reason=error.reason) from error


def _put_on_path(code: Path) -> None:
    """Behind all that is there: the author's own project, where it is at hand, comes first.

    From now on this process leaves no compiled bytes beside what it imports: a package must stay as it is, and what is
    imported from it may be imported at any later moment.
    """
    sys.dont_write_bytecode = True
    if str(code) not in sys.path:
        sys.path.append(str(code))
