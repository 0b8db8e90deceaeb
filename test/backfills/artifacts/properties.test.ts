import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {groupKey} from '../../../src/backfills/artifacts/group-key.ts';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import type {Artifact} from '../../support/artifacts-schema.ts';
import {type OwnerRow, targetHosts} from '../../support/target-host.ts';
import {type Expected, expectedOf, type Table} from './oracle.ts';

const keys = ['a', 'b', 'b/c', '%2F', 'é', '🚢', "it's", 'x y', '', null];
const buckets = ['docs', 'docs', 'docs', 'd/x', 'd%x', null];
const dates = [null, null, '2024-01-01', '2024-01-01', '2025-06-01T00:00:00Z', 5, 7.5, ''];
const types = ['sec', 'hkex', 'unknown', null];

const artifact: fc.Arbitrary<Omit<Artifact, 'id'>> = fc.record({
  key: fc.constantFrom(...keys),
  bucket: fc.constantFrom(...buckets),
  at: fc.constantFrom(...dates),
  type: fc.constantFrom(...types),
  note: fc
    .oneof(fc.string({maxLength: 4}), fc.integer(), fc.constant(null))
    .filter(note => !String(note).includes('\0')),
});

const tables: fc.Arbitrary<Table> = fc
  .record({
    artifacts: fc.array(artifact, {minLength: 1, maxLength: 24}),
    // Ids beyond those of artifacts are orphans.
    datapoints: fc.array(
      fc.record({
        of: fc.option(fc.nat(27)),
        metric: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6', null),
      }),
      {maxLength: 30},
    ),
    citations: fc.array(fc.nat(), {maxLength: 12}),
  })
  .map(({artifacts, datapoints, citations}) => ({
    artifacts: artifacts.map((row, index) => ({...row, id: index + 1})),
    datapoints: withoutCollisions(
      datapoints.map(({of, metric}) => ({of: of === null ? null : of + 1, metric})),
    ).map((row, index) => ({...row, id: index + 1})),
    citations: citations.map((of, index) => ({id: `c${index}`, of: (of % artifacts.length) + 1})),
  }));

/** The unique index holds from the start. */
function withoutCollisions<T extends {readonly of: number | null; readonly metric: string | null}>(
  rows: readonly T[],
) {
  const seen = new Set<string>();
  return rows.filter(({of, metric}) => {
    const place = `${of} ${metric}`;
    if (of === null || metric === null) return true;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

const choices = fc.record({
  lostType: fc.constantFrom('leave', 'take-known'),
  collision: fc.constantFrom('leave', 'keep-winners'),
} as const);

async function filled(world: ArtifactsWorld, table: Table): Promise<void> {
  await world.sql('DELETE FROM citations; DELETE FROM datapoints; DELETE FROM artifacts');
  await world.insert(...table.artifacts);
  await world.datapoints(...table.datapoints.map(({id, of, metric}) => [id, of, metric] as const));
  await world.citations(...table.citations.map(({id, of}) => [id, of] as const));
}

/** What the database holds, in the oracle's form. */
async function heldBy(
  world: ArtifactsWorld,
): Promise<Pick<Expected, 'artifacts' | 'datapoints' | 'citations'>> {
  const pairs = (rows: readonly OwnerRow[]) =>
    Object.fromEntries(rows.map(({id, value}) => [String(id), value]));
  const [artifacts, datapoints, citations] = await Promise.all([
    world.sql('SELECT artifact_id AS id, source_type AS value FROM artifacts'),
    world.sql('SELECT datapoint_id AS id, artifact_id AS value FROM datapoints'),
    world.sql('SELECT citation_id AS id, artifact_id AS value FROM citations'),
  ]);
  return {artifacts: pairs(artifacts), datapoints: pairs(datapoints), citations: pairs(citations)};
}

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();

  it('any table is cleaned up as the rules say, or left as it was, group by group; and comes back', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(tables, choices, fc.constantFrom(1, 3, 1_000), async (table, conflicts, items) => {
        const world = await ArtifactsWorld.make(hosted, {
          triggers: true,
          options: {conflicts},
          settings: {page: {items, bytes: 1e9, seconds: 60}},
        });
        await filled(world, table);
        const start = await world.digest();
        const expected = expectedOf(table, conflicts);
        const plan = await world.rehearse('artifacts-cleanup');
        const cleanup = await world.live(plan.record);
        expect(await heldBy(world)).toEqual({
          artifacts: expected.artifacts,
          datapoints: expected.datapoints,
          citations: expected.citations,
        });
        expect(Object.keys(await world.left(cleanup.record)).toSorted()).toEqual(
          expected.conflicts.map(groupKey).toSorted(),
        );
        expect(cleanup.record.tally).toMatchObject({
          deleted: expected.cleaned,
          skipped: expected.conflicts.length,
          failed: 0,
        });
        const counts = Object.fromEntries(cleanup.checks.map(({id, count}) => [id, count]));
        if (expected.cleaned > 0)
          expect(counts).toMatchObject({
            uniqueness: expected.conflicts.length,
            'no-orphans': expected.orphans,
            'types-kept': 0,
          });
        const after = await world.digest();
        // A second run changes nothing.
        const again = await world.rehearse('artifacts-cleanup');
        expect(again.record.tally).toMatchObject({
          deleted: 0,
          updated: 0,
          skipped: expected.conflicts.length,
        });
        // The index stands exactly where no conflict is left.
        const index = await world.run('artifacts-index');
        expect(index.record.tally.inserted).toBe(expected.conflicts.length === 0 ? 1 : 0);
        if (index.record.tally.inserted === 1) await world.undo(index.record);
        expect(await world.digest()).toBe(after);
        if (expected.cleaned > 0) await world.undo(cleanup.record);
        expect(await world.digest()).toBe(start);
      }),
      {numRuns: host === 'D1' ? 2 : 10},
    );
  });
});
