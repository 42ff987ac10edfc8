import type Database from 'better-sqlite3';
import { identifyStudies, recallEngines } from './study-identity.ts';
import { findForAll } from './run-findings.ts';
import { giveTwinKeys } from './twin-keys.ts';

/** SQL, or what SQL cannot say. */
export type Migration = string | ((database: Database.Database) => void);

/**
 * The schema, as numbered steps: step n takes a database from version n to n + 1 (SQLite's user_version).
 * A step that has been released is never changed; a new one is added instead.
 * JSON columns hold types of src/shared; what people sort or filter by has a column of its own.
 */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE datasets (
    fingerprint TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    classes TEXT NOT NULL,            -- JSON: names
    train INTEGER NOT NULL,           -- images
    test INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE studies (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    identity TEXT NOT NULL,           -- equal for two starts of the same study on the same data
    dataset TEXT NOT NULL REFERENCES datasets,
    spec TEXT NOT NULL,               -- JSON: StudySpec, defaults filled in
    created TEXT NOT NULL
  ) STRICT;
  CREATE INDEX studies_identity ON studies (identity, created);

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    study TEXT REFERENCES studies,    -- NULL: imported
    key TEXT NOT NULL,                -- of PlannedRun
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('unpruned', 'source', 'pruned')),
    parent TEXT REFERENCES runs,
    dataset TEXT NOT NULL REFERENCES datasets,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'stopped', 'interrupted', 'failed', 'finished')),
    spec TEXT NOT NULL,               -- JSON: RunSpec
    cut TEXT,                         -- JSON: LayerCut[], once a pruned run has been cut
    params INTEGER NOT NULL,
    flops INTEGER NOT NULL,
    engine TEXT,
    versions TEXT,                    -- JSON: versions by name
    error TEXT,
    created TEXT NOT NULL,
    started TEXT,
    ended TEXT,
    pid INTEGER,                      -- the process that trains it, while running
    host TEXT,
    process TEXT,                     -- tells the process from a later one with the same pid
    heartbeat TEXT,
    UNIQUE (study, key)
  ) STRICT;

  CREATE TABLE epochs (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    accuracy REAL NOT NULL,
    loss REAL NOT NULL,
    inactive INTEGER NOT NULL,
    images_per_second REAL NOT NULL,
    peak_memory INTEGER NOT NULL,
    metrics TEXT NOT NULL,            -- JSON: EpochMetrics without what stands in layer_measurements
    PRIMARY KEY (run, epoch)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE layer_measurements (
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('activity', 'gradient')),
    position INTEGER NOT NULL,        -- in the list it came in
    layer TEXT NOT NULL,
    inactive INTEGER,                 -- activity of intermediate layers: capsule types counted as inactive
    gradient_norm REAL,
    data TEXT NOT NULL,               -- JSON: LayerActivity or LayerGradient
    PRIMARY KEY (run, epoch, kind, position),
    FOREIGN KEY (run, epoch) REFERENCES epochs ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE analyses (
    run TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    evaluation TEXT NOT NULL,         -- JSON: Evaluation of the network as it is now
    analysis TEXT NOT NULL            -- JSON: RunAnalysis
  ) STRICT;

  CREATE TABLE files (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('weights', 'checkpoint', 'activity')),
    path TEXT NOT NULL,               -- relative to the folder of the database, with forward slashes
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN deleted TEXT;     -- when; such a run is shown nowhere
  CREATE INDEX runs_parent ON runs (parent);

  CREATE TABLE tags (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE queue (
    run TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    place INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE images (
    dataset TEXT PRIMARY KEY REFERENCES datasets,
    file TEXT,                        -- in the folder of data sets; NULL: the bundled sample
    recipe TEXT NOT NULL,             -- JSON: how they are divided and limited
    source TEXT,                      -- path that they were read from
    bytes INTEGER NOT NULL,
    train_per_class TEXT NOT NULL,    -- JSON: numbers
    test_per_class TEXT NOT NULL,
    opened TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE keyed (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL               -- JSON
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE runs ADD COLUMN device TEXT;      -- what the engine computed on
  ALTER TABLE runs ADD COLUMN choice TEXT;      -- why that engine
  `,
  `
  -- What the list of runs needs of the epochs, so that it is read without their measurements.
  CREATE INDEX epochs_summary ON epochs (run, epoch, images_per_second, peak_memory, accuracy, loss, inactive);
  `,
  `
  -- The process in whose queue a run waits; without one it waits for the next window. What a study in the terminal had
  -- waiting does not outlive it: the same command goes on.
  ALTER TABLE queue ADD COLUMN pid INTEGER;
  ALTER TABLE queue ADD COLUMN host TEXT;
  ALTER TABLE queue ADD COLUMN process TEXT;
  ALTER TABLE queue ADD COLUMN heartbeat TEXT;
  ALTER TABLE queue ADD COLUMN outlives INTEGER NOT NULL DEFAULT 1;
  `,
  (database) => {
    database.exec('ALTER TABLE studies ADD COLUMN engine TEXT'); // that it asks for
    recallEngines(database);
    identifyStudies(database);
  },
  (database) => {
    database.exec(`
      ALTER TABLE runs ADD COLUMN twin_key TEXT NOT NULL DEFAULT '';
      CREATE INDEX runs_twins ON runs (twin_key);
    `);
    giveTwinKeys(database);
  },
  (database) => {
    database.exec(`ALTER TABLE runs ADD COLUMN findings TEXT NOT NULL DEFAULT '[]'`); // JSON: Finding[]
    findForAll(database);
  },
  `
  -- Runs that a study has not begun itself: what another one, or nobody's study, has computed with the same settings.
  CREATE TABLE reused_runs (
    study TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    PRIMARY KEY (study, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reused_runs_run ON reused_runs (run);
  `,
  `
  ALTER TABLE runs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0; -- how often it was begun again after a failure or an interruption
  `,
  `
  -- What looks at untrained networks have found; see probes.ts for the key.
  CREATE TABLE probes (
    key TEXT PRIMARY KEY,
    probe TEXT NOT NULL               -- JSON: Probe
  ) STRICT, WITHOUT ROWID;
  `,
];
