-- The tables as they were made before they had a version, as recorded then.
CREATE TABLE changes (
    id SERIAL NOT NULL,
    run_id INTEGER NOT NULL,
    step INTEGER,
    field VARCHAR(40) NOT NULL,
    value FLOAT(53),
    PRIMARY KEY (id)
);
CREATE INDEX ix_changes_run_id ON changes (run_id);
CREATE TABLE checkpoints (
    run_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    passing BOOLEAN NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (run_id, step)
);
CREATE TABLE marks (
    name VARCHAR(40) NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE metrics (
    run_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    loss FLOAT(53) NOT NULL,
    validation_loss FLOAT(53),
    gradient_norm FLOAT(53) NOT NULL,
    learning_rate FLOAT(53) NOT NULL,
    PRIMARY KEY (run_id, step)
);
CREATE TABLE notes (
    run_id SERIAL NOT NULL,
    note TEXT NOT NULL,
    tags TEXT NOT NULL,
    parent_run INTEGER,
    parent_step INTEGER,
    deleted_at FLOAT,
    PRIMARY KEY (run_id)
);
CREATE TABLE runs (
    id SERIAL NOT NULL,
    name VARCHAR(80) NOT NULL,
    settings TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    step INTEGER NOT NULL,
    target_step INTEGER NOT NULL,
    stopped BOOLEAN NOT NULL,
    pace FLOAT NOT NULL,
    queued_at FLOAT NOT NULL,
    lease VARCHAR(120),
    heartbeat FLOAT,
    steps_per_second FLOAT,
    error TEXT,
    PRIMARY KEY (id)
);
CREATE TABLE summaries (
    run_id INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    loss_low FLOAT(53),
    loss_low_step INTEGER,
    loss_high FLOAT(53),
    loss_high_step INTEGER,
    gradient_norm_low FLOAT(53),
    gradient_norm_low_step INTEGER,
    gradient_norm_high FLOAT(53),
    gradient_norm_high_step INTEGER,
    validation_loss_low FLOAT(53),
    validation_loss_low_step INTEGER,
    validation_loss_high FLOAT(53),
    validation_loss_high_step INTEGER,
    PRIMARY KEY (run_id, bucket)
);
