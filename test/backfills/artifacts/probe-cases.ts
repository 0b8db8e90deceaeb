import type {BackfillId} from '../../support/artifacts.ts';

export const all: readonly BackfillId[] = ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'];
const columns = 'source_type TEXT, fetched_at TEXT, r2_bucket TEXT, r2_key TEXT';
export const plain = `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns}, source_url TEXT)`;

interface Case {
  readonly schema: string;
  /** By those that find it; the others find no error. */
  readonly errors: readonly BackfillId[];
  readonly message: RegExp;
  readonly remedy: RegExp;
}

/** What no run of the named backfills may go on with, by what it is. */
export const errors: Readonly<Record<string, Case>> = {
  'no table': {
    schema: 'CREATE TABLE other (id)',
    errors: all,
    message: /there is no table artifacts/,
    remedy: /headgate migrate artifacts/,
  },
  'a view of that name': {
    schema: 'CREATE TABLE other (artifact_id, r2_key); CREATE VIEW artifacts AS SELECT * FROM other',
    errors: all,
    message: /there is no table artifacts/,
    remedy: /headgate migrate/,
  },
  'no column r2_key': {
    schema: 'CREATE TABLE artifacts (id INTEGER PRIMARY KEY, source_type, fetched_at, r2_bucket)',
    errors: all,
    message: /no column r2_key/,
    remedy: /Add it/,
  },
  'no id': {
    schema: `CREATE TABLE artifacts (${columns})`,
    errors: all,
    message: /no column that tells its rows apart/,
    remedy: /primary key of one column/,
  },
  'an id of two columns': {
    schema: `CREATE TABLE artifacts (a, b, ${columns}, PRIMARY KEY (a, b))`,
    errors: all,
    message: /no column that tells its rows apart/,
    remedy: /primary key of one column/,
  },
  'keys that do not compare by bytes': {
    schema:
      'CREATE TABLE artifacts (id INTEGER PRIMARY KEY, source_type, fetched_at, r2_bucket TEXT, r2_key TEXT COLLATE  NOCASE)',
    errors: all,
    message: /does not compare by bytes/,
    remedy: /without COLLATE/,
  },
  'an id that does not compare by bytes': {
    schema: `CREATE TABLE artifacts (artifact_id TEXT COLLATE NOCASE PRIMARY KEY, ${columns})`,
    errors: all,
    message: /artifacts\.artifact_id does not compare by bytes/,
    remedy: /without COLLATE/,
  },
  'a computed column that names artifacts': {
    schema: `${plain}; CREATE TABLE datapoints (id INTEGER PRIMARY KEY, doc TEXT,
      artifact_id INTEGER GENERATED ALWAYS AS (doc->>'a') VIRTUAL)`,
    errors: ['artifacts-cleanup'],
    message: /datapoints\.artifact_id names artifacts and is computed/,
    remedy: /a column of its own/,
  },
  'a key of two artifacts and no rowid': {
    schema: `${plain}; CREATE TABLE related (a INTEGER REFERENCES artifacts, b INTEGER REFERENCES artifacts,
      PRIMARY KEY (a, b)) WITHOUT ROWID`,
    errors: ['artifacts-cleanup'],
    message: /several columns of the primary key of related name artifacts/,
    remedy: /Give related a key of its own/,
  },
  'a trigger that ignores writes': {
    schema: `${plain}; CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id INTEGER, metric);
      CREATE TRIGGER frozen BEFORE UPDATE ON datapoints WHEN OLD.metric = 'frozen' BEGIN SELECT raise (ignore); END`,
    errors: ['artifacts-cleanup'],
    message: /the trigger frozen of datapoints ignores writes/,
    remedy: /RAISE\(ABORT\)/,
  },
  'a reference by several columns': {
    schema: `${plain}; CREATE UNIQUE INDEX u ON artifacts (r2_bucket, r2_key);
      CREATE TABLE named (b, k, FOREIGN KEY (b, k) REFERENCES artifacts (r2_bucket, r2_key))`,
    errors: ['artifacts-cleanup'],
    message: /named \(b, k\) refers to artifacts by something else than its id/,
    remedy: /Let it refer to the id alone/,
  },
  'a reference to another column': {
    schema: `${plain.replace('r2_key TEXT', 'r2_key TEXT UNIQUE')}; CREATE TABLE named (k REFERENCES artifacts (r2_key))`,
    errors: ['artifacts-cleanup'],
    message: /named \(k\) refers to artifacts by something else/,
    remedy: /Let it refer to the id alone/,
  },
  'rows that name each other': {
    schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns}, parent INTEGER REFERENCES artifacts)`,
    errors: ['artifacts-cleanup'],
    message: /artifacts\.parent refers to artifacts itself/,
    remedy: /Clear parent/,
  },
  'a column of that name that says nothing': {
    schema: `${plain}; CREATE TABLE log (id INTEGER PRIMARY KEY, artifact_id INTEGER)`,
    errors: ['artifacts-cleanup'],
    message: /log\.artifact_id may name artifacts, and has no foreign key/,
    remedy: /options: \{artifacts: \{references: \{'log\.artifact_id': 'repoint'\}\}\}, or 'leave'/,
  },
  'a column that must be filled': {
    schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns}, hash TEXT NOT NULL)`,
    errors: ['artifacts-inventory'],
    message: /a column hash that must be filled/,
    remedy: /a default, or allow NULL/,
  },
  'ids that nobody gives': {
    schema: `CREATE TABLE artifacts (artifact_id INT PRIMARY KEY, ${columns})`,
    errors: ['artifacts-inventory'],
    message: /does not give artifact_id of a new row by itself/,
    remedy: /INTEGER PRIMARY KEY, or as TEXT/,
  },
};

export const fine: Readonly<Record<string, string>> = {
  'keys that compare by bytes, and say so': plain.replace('r2_key TEXT', 'r2_key TEXT COLLATE  BINARY'),
  'another column with a collation': `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns}, note TEXT COLLATE NOCASE)`,
  'a default that speaks of a collation': `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns.replace('r2_key TEXT', "r2_key TEXT DEFAULT 'x COLLATE NOCASE'")})`,
  'a column that must be filled and has a default': `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, ${columns}, hash TEXT NOT NULL DEFAULT '')`,
  'names in capitals':
    'CREATE TABLE artifacts (ID INTEGER PRIMARY KEY, Source_Type, FETCHED_AT, R2_Bucket, R2_KEY)',
  'a url that must be filled': plain.replace('source_url TEXT', 'source_url TEXT NOT NULL'),
};

export const warnings: Readonly<Record<string, readonly [schema: string, message: RegExp, remedy?: RegExp]>> =
  {
    'no foreign key': [
      `${plain}; CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id)`,
      /datapoints\.artifact_id is taken to name artifacts by its name/,
    ],
    'a foreign key that cascades': [
      `${plain}; CREATE TABLE named (id INTEGER PRIMARY KEY, a REFERENCES artifacts ON DELETE CASCADE)`,
      /named\.a cascades: its rows are re-pointed before anything is deleted/,
    ],
    'no index': [
      `${plain}; CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id INTEGER)`,
      /datapoints\.artifact_id has no index: every page reads all of datapoints/,
      /^CREATE INDEX idx_datapoints_artifact_id ON datapoints \(artifact_id\);$/,
    ],
    'no index, and odd names': [
      `${plain}; CREATE TABLE "my points" (id INTEGER PRIMARY KEY, "of" BIGINT REFERENCES artifacts)`,
      /my points\.of has no index: the database reads all of my points for every artifact that is deleted/,
      /^CREATE INDEX "idx_my points_of" ON "my points" \(of\);$/,
    ],
    'an index that no id can use': [
      `${plain}; CREATE TABLE named (id INTEGER PRIMARY KEY, a TEXT REFERENCES artifacts); CREATE INDEX i ON named (a)`,
      /named\.a is of type TEXT and artifacts\.artifact_id of INTEGER, so no index leads from one to the other/,
      /^Declare named\.a as INTEGER\.$/,
    ],
    'a key that may be NULL': [
      `${plain}; CREATE TABLE named (id TEXT PRIMARY KEY, a INTEGER REFERENCES artifacts)`,
      /the primary key of named does not tell its rows apart/,
    ],
    'what is unique over two artifacts': [
      `${plain}; CREATE TABLE related (id INTEGER PRIMARY KEY, a INTEGER REFERENCES artifacts, b INTEGER REFERENCES artifacts);
      CREATE UNIQUE INDEX pair ON related (a, b)`,
      /pair of related spans a and b, which both name artifacts/,
    ],
    'no primary key': [
      `${plain}; CREATE TABLE datapoints (artifact_id, v)`,
      /datapoints has no primary key: its rows are told apart by rowid/,
    ],
    'a trigger of artifacts': [
      `${plain}; CREATE TRIGGER t AFTER DELETE ON artifacts BEGIN SELECT 1; END`,
      /artifacts has a trigger t: it runs for every row that is written/,
    ],
    'a trigger of a table that names them': [
      `${plain}; CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id); CREATE TRIGGER t AFTER UPDATE ON datapoints BEGIN SELECT 1; END`,
      /datapoints has a trigger t/,
    ],
    'keys that are no text': [
      `${plain}; INSERT INTO artifacts (r2_bucket, r2_key) VALUES ('docs', x'00'), (x'61', 'a'), ('docs', 'a')`,
      /2 rows of artifacts have a bucket or key that is no text/,
    ],
  };
