import {addKinds, type Kinds, noKinds} from '../../src/engine/estimate-facts.ts';
import type {RepositoriesFacts, SampledRepository} from '../../src/engine/estimate-repository-facts.ts';
import {defaultSettings} from '../../src/engine/settings.ts';

/** One that was read: a tenth of a second, one request and 300 bytes a record, at a host of its own unless it says where. */
export function repositoryOf(
  id: string,
  items: Partial<Kinds<number>>,
  rest: Partial<SampledRepository> = {},
): SampledRepository {
  const all = addKinds(noKinds, {...noKinds, ...items});
  const records = Object.values(all).reduce((sum, count) => sum + count, 0);
  return {
    id,
    host: `${id}.example`,
    directory: 'plc.example',
    failed: null,
    items: all,
    bytes: records * 300,
    pages: 1,
    requests: {directory: 1, host: Math.max(1, Math.ceil(records / 100))},
    seconds: {directory: 0.02, host: 0.1},
    ...rest,
  };
}

/** So many with the same number of new records, at so many hosts in turn. */
export function repositoriesOf(
  count: number,
  {insert = 10, hosts = 4}: {readonly insert?: number; readonly hosts?: number} = {},
): readonly SampledRepository[] {
  return Array.from({length: count}, (_, number) =>
    repositoryOf(`r${number}`, {insert}, {host: `h${number % hosts}.example`}),
  );
}

/** A Postgres of one's own, and a relay that was read in two pages. */
export function repositoriesFacts({
  repositories,
  found = repositories.length,
  rows = 0,
  discovery = {},
  sample = {},
  rate = null,
}: {
  readonly repositories: readonly SampledRepository[];
  readonly found?: number;
  readonly rows?: number;
  readonly discovery?: Partial<RepositoriesFacts['discovery']>;
  readonly sample?: Partial<RepositoriesFacts['sample']>;
  readonly rate?: number | null;
}): RepositoriesFacts {
  return {
    target: {
      service: 'other',
      perSecond: null,
      probeRequests: 0,
      decided: {pages: 10, seconds: 0.05},
      marks: true,
      provesAtomicity: false,
      costs: {
        rows: {count: rows, isLeast: false},
        written: {insert: 3, update: 3, delete: 3, page: 1},
        read: {decideKnown: 1, decideMissing: 0, insert: 0, update: 1, delete: 1},
        probe: rows,
        passes: {checks: {read: 3, rowsAtOnce: 1_000}, survey: {read: 1, rowsAtOnce: 1_000}},
      },
    },
    discovery: {
      found,
      isLeast: false,
      doubles: 0,
      requests: 2,
      seconds: 0.2,
      streams: 1,
      failed: [],
      ...discovery,
    },
    sample: {repositories, seconds: 1, limited: {}, firstFault: null, ...sample},
    settings: {...defaultSettings, rate},
    hostLimit: {requests: 3_000, seconds: 300},
  };
}
