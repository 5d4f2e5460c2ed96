"""URLs as they may be shown: without what lets somebody in."""

import re

_SECRET = re.compile(r"pass|secret|token|key|credential|signature|\bsig\b|\bpw", re.IGNORECASE)


def without_secrets(url: str) -> str:
    """The URL without its password and without parameters that may be secret; a path as it is.

    It need not be well-formed: of `scheme://user:pa/ss@host`, where the password was not escaped, nothing between
    the user and the last `@` is shown.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    place, question, query = rest.partition("?")
    user, at, host = place.rpartition("@")
    if ":" in user:
        place = f"{user.partition(':')[0]}{at}{host}"
    shown = [part for part in query.split("&") if part and not _SECRET.search(part.partition("=")[0])]
    return f"{scheme}://{place}{question if shown else ''}{'&'.join(shown)}"
