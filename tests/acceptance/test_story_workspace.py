"""Tasks that share a folder, importers that fill it, and input artifacts: a compiled pipeline, run as a user would."""

import json

import pytest

from support.projects import Project

PIPELINE = {
    "pipelineInfo": {"name": "share"},
    "schemaVersion": "2.1.0",
    "sdkVersion": "kfp-2.14.6",
    "root": {
        "inputDefinitions": {
            "parameters": {"uri": {"parameterType": "STRING"}},
            "artifacts": {"more": {"artifactType": {"schemaTitle": "system.Dataset"}, "isArtifactList": True}},
        },
        "outputDefinitions": {"parameters": {"text": {"parameterType": "STRING"}}},
        "dag": {
            "outputs": {
                "parameters": {
                    "text": {"valueFromParameter": {"producerSubtask": "join", "outputParameterKey": "text"}}
                }
            },
            "tasks": {
                "get": {
                    "componentRef": {"name": "comp-get"},
                    "inputs": {"parameters": {"uri": {"componentInputParameter": "uri"}}},
                },
                "add": {
                    "cachingOptions": {"enableCache": True},
                    "componentRef": {"name": "comp-add"},
                    "inputs": {
                        "artifacts": {
                            "data": {"taskOutputArtifact": {"producerTask": "get", "outputArtifactKey": "artifact"}}
                        }
                    },
                },
                "join": {
                    "componentRef": {"name": "comp-join"},
                    "dependentTasks": ["add"],
                    "inputs": {"artifacts": {"more": {"componentInputArtifact": "more"}}},
                },
            },
        },
    },
    "components": {
        "comp-get": {
            "executorLabel": "exec-get",
            "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}}},
            "outputDefinitions": {"artifacts": {"artifact": {"artifactType": {"schemaTitle": "system.Dataset"}}}},
        },
        "comp-add": {
            "executorLabel": "exec-add",
            "inputDefinitions": {"artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}}},
        },
        "comp-join": {
            "executorLabel": "exec-join",
            "inputDefinitions": {
                "artifacts": {"more": {"artifactType": {"schemaTitle": "system.Dataset"}, "isArtifactList": True}}
            },
            "outputDefinitions": {"parameters": {"text": {"parameterType": "STRING"}}},
        },
    },
    "deploymentSpec": {
        "executors": {
            "exec-get": {
                "importer": {
                    "artifactUri": {"runtimeParameter": "uri"},
                    "typeSchema": {"schemaTitle": "system.Dataset"},
                    "downloadToWorkspace": True,
                }
            },
            "exec-add": {
                "container": {
                    "image": "any",
                    "command": ["sh", "-ec", 'echo changed >> "$0"; cat "$0" >> "$1/all.txt"'],
                    "args": ["{{$.inputs.artifacts['data'].path}}", "{{$.workspace_path}}"],
                }
            },
            "exec-join": {
                "container": {
                    "image": "any",
                    "command": ["sh", "-ec", 'mkdir -p "$(dirname "$2")"; { cat "$1/all.txt"; echo "$0"; } > "$2"'],
                    "args": [
                        "{{$.inputs.artifacts['more']}}",
                        "{{$.workspace_path}}",
                        "{{$.outputs.parameters['text'].output_file}}",
                    ],
                }
            },
        }
    },
}


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.write("share.json", json.dumps(PIPELINE))
    made.write("rows ü.csv", "imported\n")
    made.write("more.csv", "m")
    made.write("other.csv", "o")
    return made


def run(project: Project, *more: str):
    inputs = ("-p", "uri=rows ü.csv", "-p", 'more=["more.csv", "other.csv"]')
    return project.penstock("run", "share.json", "--host-commands", "--json", *inputs, *more)


def text_of(ended) -> str:
    return str(ended.succeeded().json["outputs"]["text"])


def test_tasks_share_a_folder_of_the_runs_own(project):
    first, second = run(project), run(project)
    for ended in (first, second):
        assert text_of(ended).startswith("imported\nchanged\n[")
        assert [one["name"] for one in json.loads(text_of(ended).split("\n")[2])] == ["more", "more"]
    assert (project.folder / "rows ü.csv").read_text() == "imported\n"
    assert len(list((project.home / "workspaces").iterdir())) == 2


def test_a_folder_of_the_users_is_used_and_never_removed(project):
    project.write("mine/keep.txt", "mine")
    assert text_of(run(project, "--workspace", "mine")).startswith("imported\nchanged\n[")
    assert text_of(run(project, "--workspace", "mine")).startswith("imported\nchanged\nimported\nchanged\n[")
    assert not (project.home / "workspaces").exists()
    project.penstock("gc", "--keep-last", "0", "--apply")
    assert (project.folder / "mine" / "keep.txt").read_text() == "mine"
    assert (project.folder / "mine" / "all.txt").exists()


def test_what_cannot_be_a_workspace_or_an_import_is_said(project):
    refused = run(project, "--workspace", "more.csv")
    assert refused.code == 2
    assert "PLA060" in refused.text
    refused = run(project, "--workspace", "more.csv/below", "--detach")
    assert refused.code == 2
    assert "more.csv/below' cannot be the run's workspace: Not a directory" in refused.text
    assert project.penstock("runs", "list", "--json").json == []
    failed = project.penstock("run", "share.json", "--host-commands", "-p", "uri=gone.csv", "-p", "more=more.csv")
    assert failed.code != 0
    assert "cannot import 'gone.csv': there is no such file or folder" in failed.text
