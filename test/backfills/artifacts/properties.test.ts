import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Artifact, ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

/** For any tables: an oracle that knows only the rules of systems.md says what has to be there afterwards. */

type Datapoint = readonly [number, number | null, string | null];

interface Tables {
  readonly artifacts: readonly Artifact[];
  readonly datapoints: readonly Datapoint[];
  readonly citations: readonly (readonly [string, number])[];
}

const ids = fc.integer({min: 1, max: 40});
const artifacts = fc.uniqueArray(
  fc.record({
    id: ids,
    type: fc.constantFrom(null, 'unknown', 'sec', 'sec', 'sedar'),
    at: fc.constantFrom(null, '2025-01-01', '2025-02-01', 1_735_689_600),
    bucket: fc.constantFrom('docs', 'docs', 'a/b', null),
    key: fc.constantFrom('k', 'k', 'AT&amp;T é 🚢', "100%/'x'", null),
  }),
  {selector: ({id}) => id, maxLength: 16},
);

const tables: fc.Arbitrary<Tables> = artifacts.chain(all => {
  const known = all.map(({id}) => id);
  const some =
    known.length === 0 ? fc.constant<number[]>([]) : fc.array(fc.constantFrom(...known), {maxLength: 6});
  return fc.record({
    artifacts: fc.constant(all),
    datapoints: fc
      .uniqueArray(
        fc.tuple(fc.oneof(ids, fc.constant(null)), fc.constantFrom('x', 'y', 'z', 'v', 'w', null)),
        {
          // The unique index: NULLs are never the same.
          selector: ([artifact, metric]) =>
            artifact === null || metric === null ? {} : `${artifact} ${metric}`,
          comparator: 'SameValue',
          maxLength: 14,
        },
      )
      .map(rows => rows.map(([artifact, metric], at): Datapoint => [at + 1, artifact, metric])),
    citations: some.map(named => named.map((id, at) => [`c${at}`, id] as const)),
  });
});

interface Expected {
  readonly artifacts: readonly number[];
  readonly datapoints: Readonly<Record<string, number | null>>;
  readonly citations: Readonly<Record<string, number>>;
  readonly cleaned: number;
  readonly left: number;
}

function isSilent({type}: Artifact): boolean {
  return type === null || type === 'unknown';
}

/** NULL before numbers before texts, as the database orders them; then the greatest id. */
function isNewer(a: Artifact, b: Artifact): boolean {
  const rank = (at: Artifact['at']) => (at == null ? 0 : typeof at === 'number' ? 1 : 2);
  const [left, right] = [rank(a.at), rank(b.at)];
  if (left !== right) return left > right;
  if (a.at != null && b.at != null && a.at !== b.at) return a.at > b.at;
  return a.id > b.id;
}

function oracle({artifacts: all, datapoints, citations}: Tables): Expected {
  const winners = new Map<number, number>();
  let [cleaned, left] = [0, 0];
  const groups = Map.groupBy(
    all.filter(({bucket, key}) => bucket !== null && key !== null),
    ({bucket, key}) => JSON.stringify([bucket, key]),
  );
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const winner = group.reduce((best, row) => (isNewer(row, best) ? row : best));
    const members = new Set(group.map(({id}) => id));
    const metrics = datapoints.flatMap(([, artifact, metric]) =>
      artifact !== null && metric !== null && members.has(artifact) ? [metric] : [],
    );
    const isConflict =
      (isSilent(winner) && group.some(row => !isSilent(row))) || new Set(metrics).size < metrics.length;
    if (isConflict) left++;
    else {
      cleaned++;
      for (const {id} of group) if (id !== winner.id) winners.set(id, winner.id);
    }
  }
  const now = (id: number) => winners.get(id) ?? id;
  return {
    artifacts: all.flatMap(({id}) => (winners.has(id) ? [] : [id])).sort((a, b) => a - b),
    datapoints: Object.fromEntries(
      datapoints.map(([id, artifact]) => [id, artifact === null ? null : now(artifact)]),
    ),
    citations: Object.fromEntries(citations.map(([id, artifact]) => [id, now(artifact)])),
    cleaned,
    left,
  };
}

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();

  it('after clean-up and index what has to hold holds, nothing is lost, and the way back leads to the start', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.boolean(), async (given, triggers) => {
        const expected = oracle(given);
        const world = await ArtifactsWorld.make(hosted, {triggers});
        await world.insert(...given.artifacts);
        await world.datapoints(...given.datapoints);
        await world.citations(...given.citations);
        const start = await world.digest();

        const cleanup = await world.run('artifacts-cleanup');
        expect(cleanup.record.tally).toMatchObject({
          deleted: expected.cleaned,
          skipped: expected.left,
          failed: 0,
          pending: 0,
        });
        expect(await world.ids()).toEqual(expected.artifacts);
        expect(await world.naming()).toEqual(expected.datapoints);
        const citations = await world.sql('SELECT citation_id, artifact_id FROM citations');
        expect(Object.fromEntries(citations.map(row => [row['citation_id'], row['artifact_id']]))).toEqual(
          expected.citations,
        );
        const again = await world.run('artifacts-cleanup');
        expect(again.record.tally).toMatchObject({deleted: 0, updated: 0, skipped: expected.left});

        const index = await world.run('artifacts-index');
        expect(index.record.tally.inserted).toBe(expected.left === 0 ? 1 : 0);
        const broken = new Map(index.checks.map(({id, count}) => [id, count]));
        if (index.checks.length > 0) {
          expect(broken.get('uniqueness')).toBe(expected.left);
          expect(broken.get('unique-index')).toBe(expected.left === 0 ? 0 : 1);
        }
        if (expected.left === 0) await world.undo(index.record);
        if (expected.cleaned > 0) await world.undo(cleanup.record);
        expect(await world.digest()).toBe(start);
      }),
      {numRuns: host === 'D1' ? 2 : 12},
    );
  });
});
