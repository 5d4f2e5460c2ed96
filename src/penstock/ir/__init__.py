"""The pipeline as data: Kubeflow Pipelines v2 IR as frozen typed values, read and written exactly."""
