PRAGMA application_id = 1348824691;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE aliases (
    name TEXT NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_aliases PRIMARY KEY (name, alias),
    CONSTRAINT fk_aliases_name_version_model_versions FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "aliases" VALUES('taxi','champion',1);
CREATE TABLE approvals (
    approval_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT NOT NULL,
    run_id TEXT NOT NULL,
    path TEXT NOT NULL,
    details TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_at TEXT,
    CONSTRAINT pk_approvals PRIMARY KEY (approval_id)
);
INSERT INTO "approvals" VALUES('k7q2m','taxi/3','model-validator','r1','approve','{"auc":0.8}','2026-11-21T17:45:01.234567+00:00','approved','bob','fine','2026-11-21T17:45:01.234567+00:00');
INSERT INTO "approvals" VALUES('open','taxi/3','model-validator','r1','approve','{}','2026-11-21T17:45:01.234567+00:00','','','',NULL);
CREATE TABLE artifacts (
    artifact_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    uri TEXT NOT NULL,
    digest TEXT,
    size BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_artifacts PRIMARY KEY (artifact_id)
);
INSERT INTO "artifacts" VALUES('a3','model','system.Model','file:///a3','sha256:0000000000000000000000000000000000000000000000000000000000000000',1099511627776,'{"rows":3,"ratio":1.0,"columns":["a",{"b":null}]}','2026-11-21T17:45:01.234567+00:00');
INSERT INTO "artifacts" VALUES('a1','rows','system.Dataset','file:///a1',NULL,-1,'{}','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE attempts (
    run_id TEXT NOT NULL,
    path TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    log TEXT NOT NULL,
    error TEXT,
    wall_seconds FLOAT,
    cpu_seconds FLOAT,
    peak_memory BIGINT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    CONSTRAINT pk_attempts PRIMARY KEY (run_id, path, number),
    CONSTRAINT fk_attempts_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE
);
INSERT INTO "attempts" VALUES('full','for-loop-1[2].train',3,'FAILED','file:///logs/train.log','{"kind":"task","code":"LAU007","message":"ValueError: 😀","hint":"look at ''rows''","traceback":"File \"a.py\", line 1\n","details":{"exit":3,"nested":{"list":[1,2.0,null,true]}}}',1.5,0.25,1099511627776,'2026-11-21T17:45:01.234567+00:00','2026-11-21T17:46:01.234567+00:00');
INSERT INTO "attempts" VALUES('full','load',1,'RUNNING','',NULL,NULL,NULL,NULL,'2026-11-21T17:45:01.234567+00:00',NULL);
CREATE TABLE cached_results (
    fingerprint TEXT NOT NULL,
    run_id TEXT NOT NULL,
    path TEXT NOT NULL, made_at TEXT,
    CONSTRAINT pk_cached_results PRIMARY KEY (fingerprint),
    CONSTRAINT fk_cached_results_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "cached_results" VALUES('0000000000000000000000000000000000000000000000000000000000000001','full','load',NULL);
CREATE TABLE cancel_requests (
    run_id TEXT NOT NULL,
    force INTEGER NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    CONSTRAINT pk_cancel_requests PRIMARY KEY (run_id),
    CONSTRAINT fk_cancel_requests_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE claims (
    fingerprint TEXT NOT NULL,
    run_id TEXT NOT NULL,
    path TEXT NOT NULL,
    token BIGINT NOT NULL,
    CONSTRAINT pk_claims PRIMARY KEY (fingerprint),
    CONSTRAINT fk_claims_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE condemned (
    digest TEXT NOT NULL,
    condemned_at TEXT NOT NULL,
    CONSTRAINT pk_condemned PRIMARY KEY (digest)
)
 WITHOUT ROWID;
CREATE TABLE events (
    run_id TEXT NOT NULL,
    path TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    artifact_id TEXT NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (run_id, path, type, name, position),
    CONSTRAINT fk_events_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE,
    CONSTRAINT fk_events_artifact_id_artifacts FOREIGN KEY(artifact_id) REFERENCES artifacts (artifact_id)
)
 WITHOUT ROWID;
INSERT INTO "events" VALUES('full','for-loop-1[2].train','OUTPUT','model',4,'a3');
CREATE TABLE executions (
    run_id TEXT NOT NULL,
    path TEXT NOT NULL,
    parent TEXT,
    position INTEGER NOT NULL,
    task TEXT NOT NULL,
    component TEXT NOT NULL,
    kind TEXT NOT NULL,
    iteration INTEGER,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    fingerprint TEXT,
    cache_key TEXT,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    reused_run_id TEXT,
    reused_path TEXT,
    error TEXT,
    not_before TEXT,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    CONSTRAINT pk_executions PRIMARY KEY (run_id, path),
    CONSTRAINT fk_executions_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
INSERT INTO "executions" VALUES('full','for-loop-1[2].train','for-loop-1[2]',7,'for-loop-1[2].train','comp-for-loop-1[2].train','task',2,'FAILED',3,2,1,'0000000000000000000000000000000000000000000000000000000000000009','{"parts":{"code:features.py:clean":"ab","parameter:rate":"0.1"}}','{"parameters":{"rate":0.1,"big":-1180591620717411303424},"artifacts":{"rows":["a1","a2"]}}','{"parameters":{"score":1},"artifacts":{"model":["a3"],"none":[]}}','r0','for-loop-1[1].train','{"kind":"task","code":"LAU007","message":"ValueError: 😀","hint":"look at ''rows''","traceback":"File \"a.py\", line 1\n","details":{"exit":3,"nested":{"list":[1,2.0,null,true]}}}','2026-11-21T17:46:01.234567+00:00','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:47:01.234567+00:00','2026-11-21T17:48:01.234567+00:00');
INSERT INTO "executions" VALUES('full','load','',8,'load','comp-load','task',NULL,'SUCCEEDED',0,0,0,'0000000000000000000000000000000000000000000000000000000000000001',NULL,'{}','{"parameters":{},"artifacts":{"rows":["a1"]}}',NULL,NULL,NULL,NULL,'2026-11-21T17:45:01.234567+00:00',NULL,NULL);
CREATE TABLE experiments (
    experiment_id TEXT NOT NULL,
    name TEXT NOT NULL,
    artifact_location TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_experiments PRIMARY KEY (experiment_id)
);
INSERT INTO "experiments" VALUES('5200059668844051','taxi','','active','{}','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
INSERT INTO "experiments" VALUES('7','experiment 7','','active','{"a":"b"}','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE holds (
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    holder TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_holds PRIMARY KEY (kind, target, holder)
)
 WITHOUT ROWID;
INSERT INTO "holds" VALUES('artifact','a1','model taxi/1','','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE latest_metrics (
    tracked_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_latest_metrics PRIMARY KEY (tracked_id, "key"),
    CONSTRAINT fk_latest_metrics_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "latest_metrics" VALUES('00000000000000000000000000000001','auc',3,10,0.75,0);
INSERT INTO "latest_metrics" VALUES('48af7c6829d06fed050184076f12cce2','loss',2,20,0.25,3);
INSERT INTO "latest_metrics" VALUES('48af7c6829d06fed050184076f12cce2','naïve/😀',-3,9007199254740992,-1.0e-300,3);
CREATE TABLE leases (
    run_id TEXT NOT NULL,
    owner TEXT,
    token BIGINT NOT NULL,
    expires_at TEXT,
    CONSTRAINT pk_leases PRIMARY KEY (run_id),
    CONSTRAINT fk_leases_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "leases" VALUES('bare','host:1:2026',1,'2026-11-21T17:46:01.234567+00:00');
INSERT INTO "leases" VALUES('full','host:1:2026',1,'2026-11-21T17:46:01.234567+00:00');
CREATE TABLE logged_models (
    model_id TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    tracked_id TEXT NOT NULL,
    run_id TEXT,
    name TEXT NOT NULL,
    artifact_uri TEXT NOT NULL,
    status TEXT NOT NULL,
    status_message TEXT NOT NULL,
    model_type TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    params TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_logged_models PRIMARY KEY (model_id),
    CONSTRAINT fk_logged_models_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
    CONSTRAINT fk_logged_models_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
INSERT INTO "logged_models" VALUES('m-1','7','00000000000000000000000000000001',NULL,'model','','PENDING','','','active','{"a":"1"}','{"b":"2"}','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE model_metrics (
    model_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    dataset_name TEXT NOT NULL,
    dataset_digest TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    tracked_id TEXT NOT NULL,
    CONSTRAINT pk_model_metrics PRIMARY KEY (model_id, "key", dataset_name, dataset_digest),
    CONSTRAINT fk_model_metrics_model_id_logged_models FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "model_metrics" VALUES('m-1','auc','taxi','ab',3,10,0.75,'00000000000000000000000000000001');
CREATE TABLE model_versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    uri TEXT NOT NULL,
    digest TEXT,
    artifact_id TEXT,
    run_id TEXT,
    path TEXT,
    status TEXT NOT NULL,
    status_reason TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    tracked_run TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_model_versions PRIMARY KEY (name, version),
    CONSTRAINT fk_model_versions_name_registered_models FOREIGN KEY(name) REFERENCES registered_models (name) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "model_versions" VALUES('taxi',1,'file:///models/taxi',NULL,'a1',NULL,NULL,'READY','','','{}','','','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
INSERT INTO "model_versions" VALUES('taxi',2,'s3://bucket/models/taxi 😀','sha256:1111111111111111111111111111111111111111111111111111111111111111',NULL,'r1','for-loop-1[2].train','REFUSED','auc 0.6 is below 0.7','naïve
and long','{"stage":"test","":"empty","日本":"😀"}','00000000000000000000000000000000','ada','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE promotions (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    alias TEXT NOT NULL,
    kind TEXT NOT NULL,
    version_before INTEGER,
    version_after INTEGER,
    made_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_promotions PRIMARY KEY (name, number)
);
INSERT INTO "promotions" VALUES('taxi',1,'champion','promote',NULL,1,'ada','first','{"auc":0.8}','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE registered_models (
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    last_version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_registered_models PRIMARY KEY (name)
)
 WITHOUT ROWID;
INSERT INTO "registered_models" VALUES('taxi','naïve','{"a":"b"}',2,'2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00');
CREATE TABLE runs (
    run_id TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    display_name TEXT NOT NULL,
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    parameters TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    error TEXT,
    source TEXT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (run_id),
    CONSTRAINT fk_runs_spec_specs FOREIGN KEY(spec) REFERENCES specs (digest)
);
INSERT INTO "runs" VALUES('full','taxi','Taxi 😀','sha256:spec','FAILED','{"rate":0.1,"big":1180591620717411303424,"none":null,"list":[1,1.0,{"a":[]}],"text":"it''s"}','{"cache":false}','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:46:01.234567+00:00','2026-11-21T17:47:01.234567+00:00','{"kind":"task","code":"LAU007","message":"ValueError: 😀","hint":"look at ''rows''","traceback":"File \"a.py\", line 1\n","details":{"exit":3,"nested":{"list":[1,2.0,null,true]}}}','examples/taxi/pipeline.py:taxi');
INSERT INTO "runs" VALUES('bare','taxi','','sha256:spec','PENDING','{}','{}','2026-11-21T17:45:01.234567+00:00',NULL,NULL,NULL,'');
CREATE TABLE specs (
    digest TEXT NOT NULL,
    document BLOB NOT NULL,
    CONSTRAINT pk_specs PRIMARY KEY (digest)
);
INSERT INTO "specs" VALUES('sha256:spec',X'7B22706970656C696E65496E666F223A7B226E616D65223A2274617869227D7D');
CREATE TABLE tracked_files (
    place TEXT NOT NULL,
    uri TEXT NOT NULL,
    digest TEXT NOT NULL,
    size BIGINT NOT NULL,
    run_id TEXT,
    stored_at TEXT NOT NULL,
    CONSTRAINT pk_tracked_files PRIMARY KEY (place),
    CONSTRAINT fk_tracked_files_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE tracked_inputs (
    tracked_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT pk_tracked_inputs PRIMARY KEY (tracked_id, kind, "key"),
    CONSTRAINT fk_tracked_inputs_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "tracked_inputs" VALUES('00000000000000000000000000000001','dataset','taxi ab','{"name":"taxi","digest":"ab","source_type":"","source":"","schema":"","profile":"","tags":{"context":"training"}}');
CREATE TABLE tracked_metrics (
    tracked_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_tracked_metrics PRIMARY KEY (tracked_id, "key", step, at, value),
    CONSTRAINT fk_tracked_metrics_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "tracked_metrics" VALUES('00000000000000000000000000000001','auc',3,10,0.75,0);
INSERT INTO "tracked_metrics" VALUES('48af7c6829d06fed050184076f12cce2','loss',1,10,0.5,3);
INSERT INTO "tracked_metrics" VALUES('48af7c6829d06fed050184076f12cce2','loss',2,20,0.25,3);
INSERT INTO "tracked_metrics" VALUES('48af7c6829d06fed050184076f12cce2','naïve/😀',-3,9007199254740992,-1.0e-300,3);
CREATE TABLE tracked_params (
    tracked_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_tracked_params PRIMARY KEY (tracked_id, "key"),
    CONSTRAINT fk_tracked_params_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "tracked_params" VALUES('00000000000000000000000000000001','depth','6',0);
INSERT INTO "tracked_params" VALUES('48af7c6829d06fed050184076f12cce2','depth','6',3);
INSERT INTO "tracked_params" VALUES('48af7c6829d06fed050184076f12cce2','text','it''s',3);
CREATE TABLE tracked_runs (
    tracked_id TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    deleted_at TEXT,
    artifact_uri TEXT NOT NULL,
    parent TEXT NOT NULL,
    run_id TEXT,
    path TEXT,
    CONSTRAINT pk_tracked_runs PRIMARY KEY (tracked_id),
    CONSTRAINT fk_tracked_runs_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
    CONSTRAINT fk_tracked_runs_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
INSERT INTO "tracked_runs" VALUES('244e52db2d3361dcb081e8a850ff8d08','5200059668844051','Taxi 😀','RUNNING',NULL,NULL,NULL,'','','full','');
INSERT INTO "tracked_runs" VALUES('48af7c6829d06fed050184076f12cce2','5200059668844051','for-loop-1[2].train','RUNNING',NULL,NULL,NULL,'','244e52db2d3361dcb081e8a850ff8d08','full','for-loop-1[2].train');
INSERT INTO "tracked_runs" VALUES('00000000000000000000000000000001','7','mine','RUNNING','2026-11-21T17:45:01.234567+00:00','2026-11-21T17:45:01.234567+00:00',NULL,'s3://b/x','',NULL,NULL);
CREATE TABLE tracked_tags (
    tracked_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_tracked_tags PRIMARY KEY (tracked_id, "key"),
    CONSTRAINT fk_tracked_tags_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
)
 WITHOUT ROWID;
INSERT INTO "tracked_tags" VALUES('00000000000000000000000000000001','mlflow.user','me');
INSERT INTO "tracked_tags" VALUES('48af7c6829d06fed050184076f12cce2','kind','tree');
CREATE TRIGGER promotions_no_update BEFORE UPDATE ON promotions BEGIN SELECT RAISE(ABORT, 'the log of promotions only grows'); END;
CREATE TRIGGER promotions_no_delete BEFORE DELETE ON promotions BEGIN SELECT RAISE(ABORT, 'the log of promotions only grows'); END;
CREATE INDEX ix_aliases_name_version ON aliases (name, version);
CREATE INDEX ix_approvals_decision_requested_at ON approvals (decision, requested_at);
CREATE INDEX ix_approvals_run_id_path ON approvals (run_id, path);
CREATE INDEX ix_artifacts_created_at ON artifacts (created_at);
CREATE INDEX ix_artifacts_digest_created_at ON artifacts (digest, created_at);
CREATE INDEX ix_artifacts_name_created_at ON artifacts (name, created_at);
CREATE INDEX ix_artifacts_type_created_at ON artifacts (type, created_at);
CREATE INDEX ix_cached_results_run_id_path ON cached_results (run_id, path);
CREATE INDEX ix_claims_run_id ON claims (run_id);
CREATE INDEX ix_events_artifact_id ON events (artifact_id);
CREATE INDEX ix_executions_fingerprint ON executions (fingerprint) WHERE fingerprint IS NOT NULL AND finished_at IS NULL;
CREATE INDEX ix_executions_reused_run_id_reused_path ON executions (reused_run_id, reused_path) WHERE reused_run_id IS NOT NULL;
CREATE INDEX ix_executions_run_id_component ON executions (run_id, component);
CREATE UNIQUE INDEX ix_experiments_name ON experiments (name);
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE INDEX ix_logged_models_experiment_id ON logged_models (experiment_id);
CREATE INDEX ix_logged_models_run_id ON logged_models (run_id);
CREATE INDEX ix_model_versions_artifact_id ON model_versions (artifact_id);
CREATE INDEX ix_model_versions_digest ON model_versions (digest);
CREATE INDEX ix_model_versions_run_id ON model_versions (run_id);
CREATE INDEX ix_model_versions_tracked_run ON model_versions (tracked_run);
CREATE INDEX ix_runs_created_at_run_id ON runs (created_at, run_id);
CREATE INDEX ix_runs_pipeline_created_at_run_id ON runs (pipeline, created_at, run_id);
CREATE INDEX ix_runs_state_created_at_run_id ON runs (state, created_at, run_id);
CREATE INDEX ix_tracked_files_run_id ON tracked_files (run_id);
CREATE INDEX ix_tracked_runs_experiment_id ON tracked_runs (experiment_id);
CREATE INDEX ix_tracked_runs_run_id_path ON tracked_runs (run_id, path);
COMMIT;
