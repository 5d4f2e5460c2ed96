"""The small HTTP server in the engine's process, which workers and the MLflow client talk to.

`listener` holds the socket, and nothing else of this package is imported before somebody connects. `server` speaks
HTTP, `routing` finds the handler, and each handler is a plain function from a `Request` to a `Response` (`messages`).
"""
