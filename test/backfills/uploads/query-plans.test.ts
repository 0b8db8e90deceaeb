import {describe, expect, it} from 'vitest';
import type {UploadChange} from '../../../src/backfills/uploads/change.ts';
import {commitUploads} from '../../../src/backfills/uploads/commit.ts';
import {undoUploads} from '../../../src/backfills/uploads/commit-undo.ts';
import {readAssets, readByObjects} from '../../../src/backfills/uploads/read-assets.ts';
import {commitRepair} from '../../../src/backfills/uploads/repair/change.ts';
import {standingOf} from '../../../src/backfills/uploads/standing.ts';
import type {Row, Statement} from '../../../src/core/sql.ts';
import type {Reader} from '../../../src/databases/database.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, changeOf, documented} from './assets-under-test.ts';

/** Postgres reads a small table through, as that is quicker there. */
const rows = {sqlite: 5_000, postgres: 100_000};

/** How the database works off what a page needs: its rows are found by an index, and neither the table nor a user's part of it is read through. */
describe.each(allHosts)('the plans of $host', ({begin}) => {
  const host = begin();

  async function filled(schema: typeof documented = documented): Promise<Assets> {
    const assets = await Assets.make(host, schema);
    const isPostgres = assets.facts.dialect === 'postgres';
    await assets.sql(
      isPostgres
        ? `INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id, provider_uploads)
           SELECT '7', lpad(n::text, 64, '0'), 'p', 'object ' || n, '{}' FROM generate_series(1, ${rows.postgres}) AS n`
        : `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows.sqlite})
           INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id, provider_uploads)
           SELECT '7', printf('%064d', n), 'p', 'object ' || n, '{}' FROM numbers`,
    );
    if (isPostgres) await assets.sql('ANALYZE assets');
    return assets;
  }

  /** A reader that notes what it is asked, instead of reading. */
  function noted(statements: Statement[], {database}: Assets): Reader {
    return {
      dialect: database.dialect,
      query: async (sql, params = []) => {
        statements.push({sql, params});
        return [];
      },
      close: async () => undefined,
    };
  }

  async function planOf({database, facts}: Assets, {sql, params}: Statement): Promise<string> {
    const explain = facts.dialect === 'postgres' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
    const [plan = []] = await database.transaction([{sql: `${explain} ${sql}`, params}]);
    return plan.map((row: Row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n');
  }

  /** The table, or all rows of a user. */
  const readsAll =
    /Seq Scan on assets|SCAN (?:row|assets|other)\b|\(user_id=\?\)|sha256>\?|Cond: \(user_id = |Cond: \(\(user_id = \S+ AND \(sha256 IS NOT NULL\)\)/;

  async function statementsOf(assets: Assets): Promise<readonly Statement[]> {
    const {facts} = assets;
    const hashed = changeOf('a');
    const linked: UploadChange = {
      ...changeOf('b'),
      before: {id: '1', providerId: 'p', providerUploads: '{}'},
    };
    const restored: UploadChange = {...linked, restores: true};
    const changes = [hashed, linked, changeOf('c', {sha256: null})];
    const statements: Statement[] = [
      ...commitUploads([...changes, restored], facts),
      ...undoUploads(changes, facts),
      ...commitRepair([{key: '1', id: '1', before: null, after: hashed.sha256 ?? ''}], facts),
    ];
    const reader = noted(statements, assets);
    await readAssets(reader, facts, '7', [hashed.sha256 ?? '']);
    await readByObjects(reader, facts, {user: '7', provider: 'p'}, ['o']);
    await readByObjects(reader, facts, {user: '7', provider: 'p'}, ['o'], 'without a hash');
    await standingOf(reader, facts, changes);
    return statements;
  }

  /** Of those statements that are worked off so, how. */
  async function plansLike(
    how: RegExp,
    assets: Assets,
    statements: readonly Statement[],
  ): Promise<Readonly<Record<string, string>>> {
    const plans: Record<string, string> = {};
    for (const statement of statements) {
      const plan = await planOf(assets, statement);
      if (how.test(plan)) plans[statement.sql] = plan;
    }
    return plans;
  }

  it('find rows by index in every statement of a page', async () => {
    const assets = await filled();
    const statements = await statementsOf(assets);
    expect(statements.length).toBeGreaterThan(10);
    expect(await plansLike(readsAll, assets, statements)).toEqual({});
  });

  it('find rows by their objects where users have an index of all their rows', async () => {
    const assets = await filled(dialect =>
      documented(dialect)
        .replace('WHERE sha256 IS NOT NULL', '')
        .replace('CREATE INDEX', 'CREATE INDEX u ON assets (user_id); CREATE INDEX'),
    );
    expect(await plansLike(readsAll, assets, await statementsOf(assets))).toEqual({});
  });

  /** In SQLite: the table, or a user's part of it, once for each item; or all items once for each row. Postgres hashes them. */
  const readsAllForEach =
    /(?<!(?:MATERIALIZE item|LIST SUBQUERY \d+)\n)SCAN item VIRTUAL.*\n(?:SCAN row|SEARCH row .*\(user_id=\?\))|(?:SCAN row|\(user_id=\?\))\nSCAN item|Nested Loop(?:.*\n){1,3}.*-> {2}(?:Seq|Bitmap Heap) Scan on assets/;

  it('read the rows once for all items where no index leads to their objects', async () => {
    const assets = await filled(dialect => documented(dialect).replace(/CREATE INDEX[^;]*;/, ''));
    if (assets.facts.dialect === 'postgres') return;
    const statements = await statementsOf(assets);
    expect(Object.keys(await plansLike(readsAll, assets, statements))).not.toEqual([]);
    expect(await plansLike(readsAllForEach, assets, statements)).toEqual({});
    for (const from of [
      'json_each(?1) AS item CROSS JOIN assets AS row',
      'assets AS row CROSS JOIN json_each(?1) AS item',
    ]) {
      const sql = `SELECT row.id FROM ${from} WHERE row.provider_asset_id = item.value || ''`;
      expect(await planOf(assets, {sql, params: ['["o"]']})).toMatch(readsAllForEach);
    }
  });

  it('show what reads the whole table, where something does', async () => {
    const assets = await filled();
    for (const where of ["row.kind = 'x'", "row.user_id = '7' AND row.sha256 IS NOT NULL AND row.kind = 'x'"])
      expect(await planOf(assets, {sql: `SELECT id FROM assets AS row WHERE ${where}`, params: []})).toMatch(
        readsAll,
      );
  });
});
