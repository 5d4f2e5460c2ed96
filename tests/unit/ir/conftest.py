"""A small pipeline that is in order, to be spoilt in one place."""

from typing import Any

import pytest


@pytest.fixture
def small() -> dict[str, Any]:
    """`load → train`, and a loop over `train`'s body; plain values, fresh for each test."""
    return {
        "pipelineInfo": {"name": "small"},
        "schemaVersion": "2.1.0",
        "root": {
            "inputDefinitions": {"parameters": {"size": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0}}},
            "outputDefinitions": {"parameters": {"score": {"parameterType": "NUMBER_DOUBLE"}}},
            "dag": {
                "outputs": {
                    "parameters": {
                        "score": {"valueFromParameter": {"producerSubtask": "train", "outputParameterKey": "score"}}
                    }
                },
                "tasks": {
                    "load": {
                        "componentRef": {"name": "comp-load"},
                        "inputs": {"parameters": {"size": {"componentInputParameter": "size"}}},
                    },
                    "train": {
                        "componentRef": {"name": "comp-train"},
                        "dependentTasks": ["load"],
                        "inputs": {
                            "parameters": {"depth": {"runtimeValue": {"constant": 3.0}}},
                            "artifacts": {
                                "rows": {"taskOutputArtifact": {"producerTask": "load", "outputArtifactKey": "rows"}}
                            },
                        },
                    },
                    "each": {
                        "componentRef": {"name": "comp-each"},
                        "parameterIterator": {"items": {"raw": "[1, 2]"}, "itemInput": "item"},
                    },
                },
            },
        },
        "components": {
            "comp-load": {
                "executorLabel": "exec-load",
                "inputDefinitions": {"parameters": {"size": {"parameterType": "NUMBER_INTEGER"}}},
                "outputDefinitions": {"artifacts": {"rows": {"artifactType": {"schemaTitle": "system.Dataset"}}}},
            },
            "comp-train": {
                "executorLabel": "exec-train",
                "inputDefinitions": {
                    "artifacts": {"rows": {"artifactType": {"schemaTitle": "system.Dataset"}}},
                    "parameters": {"depth": {"parameterType": "NUMBER_INTEGER"}},
                },
                "outputDefinitions": {"parameters": {"score": {"parameterType": "NUMBER_DOUBLE"}}},
            },
            "comp-each": {
                "inputDefinitions": {"parameters": {"item": {"parameterType": "NUMBER_INTEGER"}}},
                "dag": {
                    "tasks": {
                        "load": {
                            "componentRef": {"name": "comp-load"},
                            "inputs": {"parameters": {"size": {"componentInputParameter": "item"}}},
                        }
                    }
                },
            },
        },
        "deploymentSpec": {
            "executors": {
                "exec-load": {
                    "container": {
                        "image": "i",
                        "args": ["{{$.inputs.parameters['size']}}", "{{$.outputs.artifacts['rows'].path}}"],
                    }
                },
                "exec-train": {"container": {"image": "i", "args": ["{{$}}"]}},
            }
        },
    }
