"""Environments of their own for components with requirements: made by uv, once for each set of packages, and kept.

```
root/
├── locks/<hash>.json      what a set of requirements was resolved to, when it was first asked for
├── <hash>/                an environment: exactly the packages of one lock, and the running Penstock by a link
├── <hash>.lock            held by whoever makes it
└── <hash>-….part/         being made; removed by the next one that makes something if its maker died
```

Requirements are resolved once: later runs take the same versions, without a network, until somebody asks for new ones.
Components whose requirements come to the same versions share one environment. What Penstock itself runs in is never
changed.

| module | is |
|---|---|
| `packages` | what is asked for, and what it was resolved to |
| `locks` | resolves requirements, and remembers to what |
| `folders` | makes environments |
| `uv` | runs uv |
| `errors` | what can go wrong |
"""

from penstock.environments.folders import Environments
from penstock.environments.packages import Environment, Packages

__all__ = ["Environment", "Environments", "Packages"]
