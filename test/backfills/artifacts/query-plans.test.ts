import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type BackfillId} from '../../support/artifacts.ts';
import {artifactsSchema} from '../../support/artifacts-schema.ts';
import {sqliteHosted} from '../../support/target-host.ts';

/** How SQLite works off every statement of a dry run, a live run and an undo: nothing is read once for each row of anything. */

/** A foreign key without an index is read through by the database itself, for every artifact that is deleted. */
const bare = artifactsSchema.replace(/CREATE (?:UNIQUE )?INDEX [^;]* ON datapoints [^;]*;/g, '');
const indexed = `${artifactsSchema} CREATE INDEX by_object ON artifacts (r2_bucket, r2_key);`;

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** Loops inside of other loops that have to look at all rows each time, and whole tables read for a single row. */
function slowSteps(steps: readonly Step[]): readonly string[] {
  const ofParent = Map.groupBy(steps, ({parent}) => parent);
  const isScan = ({detail}: Step) => /^SCAN (?!CONSTANT|.*VIRTUAL TABLE)/.test(detail);
  const isLoop = ({detail}: Step) => /^(?:SCAN|SEARCH) /.test(detail);
  const correlated = new Set(steps.filter(({detail}) => detail.startsWith('CORRELATED')).map(({id}) => id));
  return [...ofParent].flatMap(([parent, children]) => {
    const loops = children.filter(isLoop);
    const inner = correlated.has(parent) ? loops : loops.slice(1);
    return inner.filter(isScan).map(({detail}) => detail);
  });
}

async function explained(world: ArtifactsWorld, sql: string): Promise<readonly Step[]> {
  const rows = await world.sql(`EXPLAIN QUERY PLAN ${sql}`);
  return rows.map(row => ({
    id: Number(row['id']),
    parent: Number(row['parent']),
    detail: String(row['detail']),
  }));
}

async function made(schema: string): Promise<ArtifactsWorld> {
  const world = await ArtifactsWorld.make(sqliteHosted, {
    schema,
    objects: ['sec/1', 'sec/2', 'sec/new'],
    options: {conflicts: {lostType: 'take-known', collision: 'keep-winners'}},
  });
  await world.insert(
    {id: 1, key: 'sec/1'},
    {id: 2, key: 'sec/1', type: null},
    {id: 3, key: 'sec/2', type: null},
    {id: 4, key: 'sec/2', type: null},
  );
  await world.datapoints([1, 1, 'x'], [2, 2, 'x'], [3, 1, 'y']);
  await world.citations(['c', 1]);
  return world;
}

describe.each([
  ['with indexes', indexed],
  ['without indexes', bare],
])('%s', (_, schema) => {
  it.each<BackfillId>(['artifacts-cleanup', 'artifacts-inventory'])('%s', async id => {
    const world = await made(schema);
    world.sent.length = 0;
    const live = await world.run(id);
    expect(live.record.tally.deleted + live.record.tally.inserted).toBeGreaterThan(0);
    await world.undo(live.record);
    const statements = [...new Set(world.sent)].filter(sql => /artifacts|datapoints/.test(sql));
    expect(statements.length).toBeGreaterThan(10);
    const slow: Record<string, readonly string[]> = {};
    for (const sql of statements) {
      const found = slowSteps(await explained(world, sql));
      if (found.length > 0) slow[sql] = found;
    }
    expect(slow).toEqual({});
  });
});
