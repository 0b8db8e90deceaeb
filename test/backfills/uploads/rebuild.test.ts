import {describe, expect, it} from 'vitest';
import {type HostedTarget, targetHosts} from '../../support/target-host.ts';
import {documented, hashOf} from './assets-under-test.ts';
import {insert, migrate, uniqueness} from './schema-under-test.ts';

describe.each(targetHosts)('a table that is made anew on $host', ({begin}) => {
  const host = begin();

  const family = `
    CREATE TABLE assets (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id TEXT NOT NULL, -- whose it is, (always)
      "sha256" TEXT UNIQUE, provider_id TEXT, provider_asset_id TEXT, provider_uploads TEXT,
      loose, size INTEGER, bytes BLOB, parent INTEGER REFERENCES assets ON DELETE CASCADE,
      double INTEGER GENERATED ALWAYS AS (size * 2) STORED, UNIQUE (provider_id, provider_asset_id)
    );
    CREATE TABLE tags (asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE, tag TEXT);
    CREATE TABLE tag_notes (tag INTEGER REFERENCES tags_by_name (id) ON DELETE CASCADE);
    CREATE TABLE tags_by_name (id INTEGER PRIMARY KEY, asset INTEGER REFERENCES assets ON DELETE CASCADE);
    CREATE TABLE covers (asset INTEGER REFERENCES assets (id) ON DELETE SET NULL);
    CREATE TABLE pairs (p TEXT, a TEXT, FOREIGN KEY (p, a) REFERENCES assets (provider_id, provider_asset_id) ON DELETE CASCADE);
    CREATE TABLE log (what TEXT);
    CREATE INDEX by_size ON assets (size) WHERE size > 1;
    CREATE VIEW large AS SELECT id FROM assets WHERE size > 1;
    INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id, loose, size, bytes)
      VALUES ('7', '${hashOf('a')}', 'p', '1', 9007199254740993, 1, x'00ff'),
        ('7', '${hashOf('b')}', 'p', '2', '5', 2, NULL), ('8', NULL, 'q', '1', 5.5, 3, NULL), ('9', '${hashOf('c')}', NULL, NULL, NULL, NULL, NULL);
    DELETE FROM assets WHERE id = 4;
    UPDATE assets SET parent = 3 WHERE id = 1;
    INSERT INTO tags VALUES (1, 'x'), (1, 'y'), (3, 'z');
    INSERT INTO tags_by_name VALUES (1, 2); INSERT INTO tag_notes VALUES (1);
    INSERT INTO covers VALUES (1), (NULL);
    INSERT INTO pairs VALUES ('p', '2');`;
  const triggers = `
    CREATE TRIGGER on_change AFTER UPDATE ON assets BEGIN INSERT INTO log VALUES ('updated ' || new.id); END;
    CREATE TRIGGER on_end AFTER DELETE ON tags BEGIN INSERT INTO log VALUES ('tag lost'); END`;
  const all = ['assets', 'tags', 'tag_notes', 'tags_by_name', 'covers', 'pairs', 'log'];

  async function contentOf({sql}: HostedTarget) {
    const rows: unknown[] = [];
    for (const table of all) {
      const columns = await sql(`SELECT name FROM pragma_table_xinfo('${table}')`);
      const values = columns.map(({name}) => `quote("${name}")`).join(" || ', ' || ");
      rows.push([table, await sql(`SELECT ${values} AS row FROM ${table} ORDER BY 1`)]);
    }
    return rows;
  }

  async function familyOn(): Promise<HostedTarget> {
    const hosted = await host();
    await hosted.sql(family);
    for (const trigger of triggers.split(/;(?=\s*CREATE TRIGGER)/)) await runTrigger(hosted, trigger);
    return hosted;
  }

  it('loses no row of its own or of any table that refers to it, and keeps all that it had', async () => {
    const hosted = await familyOn();
    const before = await contentOf(hosted);
    const schema = await hosted.sql(
      "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('assets') AND name NOT GLOB '_cf_*' ORDER BY name",
    );
    const {done} = await migrate(hosted);
    expect(done[0]).toMatch(
      /^makes assets anew without UNIQUE on sha256: 3 rows are copied twice .* it keeps 1 of its indexes, 1 of its triggers, what refers to it \(assets, covers, pairs, tags, tags_by_name\)$/,
    );
    expect(await contentOf(hosted)).toEqual(before);
    expect(
      (
        await hosted.sql(
          "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('assets') AND name NOT GLOB '_cf_*' ORDER BY name",
        )
      ).filter(({name}) => name !== 'idx_asset_user_sha256'),
    ).toEqual(schema);
    const [made] = await hosted.sql("SELECT sql FROM sqlite_schema WHERE name = 'assets'");
    expect(made?.['sql']).toContain('-- whose it is, (always)');
    expect(await uniqueness(hosted)).toBe('user');

    await hosted.sql("INSERT INTO assets (user_id) VALUES ('9')");
    expect(await hosted.sql('SELECT max(id) AS id FROM assets')).toMatchObject([{id: 5}]);
    await hosted.sql('UPDATE assets SET size = 4 WHERE id = 2');
    expect(await hosted.sql('SELECT what FROM log')).toMatchObject([{what: 'updated 2'}]);
    await hosted.sql('DELETE FROM assets WHERE id = 3');
    expect(await hosted.sql('SELECT count(*) AS count FROM tags')).toMatchObject([{count: 0}]);
    expect(await hosted.sql('SELECT asset FROM covers')).toMatchObject([{asset: null}, {asset: null}]);
  });

  it('is left as it is where a key would follow its row', async () => {
    const hosted = await familyOn();
    await hosted.sql('CREATE TABLE late (asset INTEGER REFERENCES assets (id) ON UPDATE CASCADE)');
    const before = await contentOf(hosted);
    await expect(migrate(hosted)).rejects.toThrow(/late refers to assets with ON UPDATE CASCADE/);
    expect(await contentOf(hosted)).toEqual(before);
  });

  it('is left as it is where the table itself does not let its rows be moved', async () => {
    const hosted = await host();
    await hosted.sql(
      `${documented('sqlite')
        .replace(/CREATE UNIQUE INDEX[^;]*;/, '')
        .replace('sha256 TEXT', 'sha256 TEXT UNIQUE CHECK (id > 0)')};
       CREATE TABLE tags (asset INTEGER REFERENCES assets ON DELETE CASCADE)`,
    );
    await insert(hosted, '7', 'a');
    await hosted.sql('INSERT INTO tags VALUES (1)');
    await expect(migrate(hosted)).rejects.toThrow(/CHECK constraint failed/);
    expect(await hosted.sql('SELECT count(*) AS count FROM tags')).toMatchObject([{count: 1}]);
    expect(await uniqueness(hosted)).toBe('anybody');
    expect(await hosted.sql("SELECT name FROM sqlite_schema WHERE name GLOB 'headgate*'")).toEqual([]);
  });
});

/** A trigger has statements of its own: it goes to the database as one. */
async function runTrigger({target}: HostedTarget, trigger: string): Promise<void> {
  const database = await target.openDatabase();
  try {
    await database.transaction([{sql: trigger, params: []}]);
  } finally {
    await database.close();
  }
}
