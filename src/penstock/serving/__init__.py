"""Raw rows in, predictions out: what answers requests for a model, whichever protocol they come in.

```
 request ─► protocols (a body becomes rows) ─► batching (requests that came at once) ─► running (the model) ─► answer
```

This is the hot path. It is raw ASGI: any ASGI server runs it. Everything that decides which model answers is made
beforehand and handed in; nothing here looks at the registry or the home.

| module | is |
|---|---|
| `rows` | what a model's signature takes: bodies of JSON into typed rows, rows into columns |
| `refusals` | what is wrong with a row, for people and for programs |
| `running` | a model, asked for rows |
| `batching` | requests that come at once, asked as one |
| `protocols` | what a body and an answer look like: our own, Open Inference, MLflow, Vertex AI |
| `application` | the ASGI application |
| `openapi` | what it says of itself |
| `loading` | a model package becomes a version that answers |
| `server` | a process that serves the application on a socket |
"""
