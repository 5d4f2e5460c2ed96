CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE specs (
    digest TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    CONSTRAINT pk_specs PRIMARY KEY (digest)
);
CREATE TABLE runs (
    run_id TEXT COLLATE "C" NOT NULL,
    pipeline TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    spec TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    parameters TEXT COLLATE "C" NOT NULL,
    options TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C",
    finished_at TEXT COLLATE "C",
    error TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (run_id),
    CONSTRAINT fk_runs_spec_specs FOREIGN KEY(spec) REFERENCES specs (digest)
);
CREATE INDEX ix_runs_created_at_run_id ON runs (created_at, run_id);
CREATE INDEX ix_runs_pipeline_created_at_run_id ON runs (pipeline, created_at, run_id);
CREATE INDEX ix_runs_state_created_at_run_id ON runs (state, created_at, run_id);
CREATE TABLE leases (
    run_id TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C",
    token BIGINT NOT NULL,
    expires_at TEXT COLLATE "C",
    CONSTRAINT pk_leases PRIMARY KEY (run_id),
    CONSTRAINT fk_leases_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE TABLE executions (
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C",
    position INTEGER NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    component TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    iteration INTEGER,
    state TEXT COLLATE "C" NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    fingerprint TEXT COLLATE "C",
    cache_key TEXT COLLATE "C",
    inputs TEXT COLLATE "C" NOT NULL,
    outputs TEXT COLLATE "C" NOT NULL,
    reused_run_id TEXT COLLATE "C",
    reused_path TEXT COLLATE "C",
    error TEXT COLLATE "C",
    not_before TEXT COLLATE "C",
    created_at TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C",
    finished_at TEXT COLLATE "C",
    CONSTRAINT pk_executions PRIMARY KEY (run_id, path),
    CONSTRAINT fk_executions_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_executions_run_id_component ON executions (run_id, component);
CREATE TABLE attempts (
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    number INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    error TEXT COLLATE "C",
    wall_seconds FLOAT,
    cpu_seconds FLOAT,
    peak_memory BIGINT,
    started_at TEXT COLLATE "C" NOT NULL,
    finished_at TEXT COLLATE "C",
    CONSTRAINT pk_attempts PRIMARY KEY (run_id, path, number),
    CONSTRAINT fk_attempts_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE
);
CREATE TABLE artifacts (
    artifact_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C",
    size BIGINT NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_artifacts PRIMARY KEY (artifact_id)
);
CREATE INDEX ix_artifacts_created_at ON artifacts (created_at);
CREATE INDEX ix_artifacts_type_created_at ON artifacts (type, created_at);
CREATE INDEX ix_artifacts_name_created_at ON artifacts (name, created_at);
CREATE INDEX ix_artifacts_digest_created_at ON artifacts (digest, created_at);
CREATE TABLE events (
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    artifact_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (run_id, path, type, name, position),
    CONSTRAINT fk_events_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE,
    CONSTRAINT fk_events_artifact_id_artifacts FOREIGN KEY(artifact_id) REFERENCES artifacts (artifact_id)
);
CREATE INDEX ix_events_artifact_id ON events (artifact_id);
CREATE TABLE cached_results (
    fingerprint TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_cached_results PRIMARY KEY (fingerprint),
    CONSTRAINT fk_cached_results_run_id_path_executions FOREIGN KEY(run_id, path) REFERENCES executions (run_id, path) ON DELETE CASCADE
);
CREATE INDEX ix_cached_results_run_id_path ON cached_results (run_id, path);
INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;
CREATE TABLE cancel_requests (
    run_id TEXT COLLATE "C" NOT NULL,
    force INTEGER NOT NULL,
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_cancel_requests PRIMARY KEY (run_id),
    CONSTRAINT fk_cancel_requests_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE TABLE claims (
    fingerprint TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    token BIGINT NOT NULL,
    CONSTRAINT pk_claims PRIMARY KEY (fingerprint),
    CONSTRAINT fk_claims_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_claims_run_id ON claims (run_id);
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE INDEX ix_executions_fingerprint ON executions (fingerprint) WHERE fingerprint IS NOT NULL AND finished_at IS NULL;
UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';
CREATE TABLE holds (
    kind TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_holds PRIMARY KEY (kind, target, holder)
);
CREATE TABLE condemned (
    digest TEXT COLLATE "C" NOT NULL,
    condemned_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_condemned PRIMARY KEY (digest)
);
ALTER TABLE cached_results ADD COLUMN made_at TEXT COLLATE "C";
CREATE INDEX ix_executions_reused_run_id_reused_path ON executions (reused_run_id, reused_path) WHERE reused_run_id IS NOT NULL;
UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';
CREATE TABLE registered_models (
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    last_version INTEGER NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_registered_models PRIMARY KEY (name)
);
CREATE TABLE model_versions (
    name TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C",
    artifact_id TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    path TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    status_reason TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    tracked_run TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_model_versions PRIMARY KEY (name, version),
    CONSTRAINT fk_model_versions_name_registered_models FOREIGN KEY(name) REFERENCES registered_models (name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX ix_model_versions_digest ON model_versions (digest);
CREATE INDEX ix_model_versions_artifact_id ON model_versions (artifact_id);
CREATE INDEX ix_model_versions_run_id ON model_versions (run_id);
CREATE INDEX ix_model_versions_tracked_run ON model_versions (tracked_run);
CREATE TABLE aliases (
    name TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_aliases PRIMARY KEY (name, alias),
    CONSTRAINT fk_aliases_name_version_model_versions FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE
);
CREATE INDEX ix_aliases_name_version ON aliases (name, version);
CREATE TABLE promotions (
    name TEXT COLLATE "C" NOT NULL,
    number INTEGER NOT NULL,
    alias TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    version_before INTEGER,
    version_after INTEGER,
    made_by TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_promotions PRIMARY KEY (name, number)
);
CREATE FUNCTION promotions_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log of promotions only grows'; END $$;
CREATE TRIGGER promotions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON promotions FOR EACH STATEMENT EXECUTE FUNCTION promotions_only_grow();
CREATE TABLE approvals (
    approval_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    requested_at TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    decided_at TEXT COLLATE "C",
    CONSTRAINT pk_approvals PRIMARY KEY (approval_id)
);
CREATE INDEX ix_approvals_run_id_path ON approvals (run_id, path);
CREATE INDEX ix_approvals_decision_requested_at ON approvals (decision, requested_at);
UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';
CREATE TABLE experiments (
    experiment_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    artifact_location TEXT COLLATE "C" NOT NULL,
    lifecycle TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_experiments PRIMARY KEY (experiment_id)
);
CREATE UNIQUE INDEX ix_experiments_name ON experiments (name);
CREATE TABLE tracked_runs (
    tracked_id TEXT COLLATE "C" NOT NULL,
    experiment_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C",
    ended_at TEXT COLLATE "C",
    deleted_at TEXT COLLATE "C",
    artifact_uri TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C",
    path TEXT COLLATE "C",
    CONSTRAINT pk_tracked_runs PRIMARY KEY (tracked_id),
    CONSTRAINT fk_tracked_runs_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
    CONSTRAINT fk_tracked_runs_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_tracked_runs_experiment_id ON tracked_runs (experiment_id);
CREATE INDEX ix_tracked_runs_run_id_path ON tracked_runs (run_id, path);
CREATE TABLE tracked_metrics (
    tracked_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_tracked_metrics PRIMARY KEY (tracked_id, key, step, at, value),
    CONSTRAINT fk_tracked_metrics_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE latest_metrics (
    tracked_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_latest_metrics PRIMARY KEY (tracked_id, key),
    CONSTRAINT fk_latest_metrics_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE tracked_params (
    tracked_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    attempt INTEGER NOT NULL,
    CONSTRAINT pk_tracked_params PRIMARY KEY (tracked_id, key),
    CONSTRAINT fk_tracked_params_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE tracked_tags (
    tracked_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_tracked_tags PRIMARY KEY (tracked_id, key),
    CONSTRAINT fk_tracked_tags_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE tracked_inputs (
    tracked_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_tracked_inputs PRIMARY KEY (tracked_id, kind, key),
    CONSTRAINT fk_tracked_inputs_tracked_id_tracked_runs FOREIGN KEY(tracked_id) REFERENCES tracked_runs (tracked_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE logged_models (
    model_id TEXT COLLATE "C" NOT NULL,
    experiment_id TEXT COLLATE "C" NOT NULL,
    tracked_id TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    artifact_uri TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    status_message TEXT COLLATE "C" NOT NULL,
    model_type TEXT COLLATE "C" NOT NULL,
    lifecycle TEXT COLLATE "C" NOT NULL,
    params TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_logged_models PRIMARY KEY (model_id),
    CONSTRAINT fk_logged_models_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id),
    CONSTRAINT fk_logged_models_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_logged_models_experiment_id ON logged_models (experiment_id);
CREATE INDEX ix_logged_models_run_id ON logged_models (run_id);
CREATE TABLE model_metrics (
    model_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    dataset_name TEXT COLLATE "C" NOT NULL,
    dataset_digest TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    tracked_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_model_metrics PRIMARY KEY (model_id, key, dataset_name, dataset_digest),
    CONSTRAINT fk_model_metrics_model_id_logged_models FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';
CREATE TABLE tracked_files (
    place TEXT COLLATE "C" NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    run_id TEXT COLLATE "C",
    stored_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_tracked_files PRIMARY KEY (place),
    CONSTRAINT fk_tracked_files_run_id_runs FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
CREATE INDEX ix_tracked_files_run_id ON tracked_files (run_id);
UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';
