"""What bodies and answers look like. A protocol turns a body into rows of a model, and its answer into a body."""
