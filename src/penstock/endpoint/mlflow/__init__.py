"""MLflow's REST protocol, for its unmodified client: the part that tracks experiments and keeps models.

Each module holds the handlers of one kind of thing: a class whose methods take a `Request` and give a `Response`, and
its rows of the table of routes. `fields` reads what a client sends, `shapes` writes what it expects, `filters` and
`ordering` are the language of searches.
"""
