import {isRetryable} from '../core/failure.ts';
import {kinds} from './estimate-facts.ts';
import type {RepositoriesFacts, SampledRepository, UnreadStream} from './estimate-repository-facts.ts';

/** What an operator has to know of a prediction over repositories before anything else, as data. */
export type RepositoryWarning =
  | {readonly kind: 'empty'}
  | ({readonly kind: 'unread-stream'; readonly fault: UnreadStream['kind']} & Omit<UnreadStream, 'kind'>)
  /** There are more than were counted. */
  | {readonly kind: 'bounded'; readonly found: number}
  /** Of the sample, for causes that may pass. */
  | {
      readonly kind: 'unreachable';
      readonly looked: number;
      readonly failed: number;
      readonly message: string;
    }
  /** One of the sample has more than this share of what all of it have. */
  | {readonly kind: 'dominated'; readonly id: string; readonly items: number; readonly share: number}
  | {readonly kind: 'few'; readonly looked: number}
  | {readonly kind: 'limited'; readonly hosts: readonly string[]; readonly answers: number};

/** One with more than this share of a sample's items makes of every sum a guess. */
const dominant = 1 / 3;
/** With fewer, an interval is hardly better than none. */
const few = 10;

export function repositoryWarningsOf({discovery, sample}: RepositoriesFacts): readonly RepositoryWarning[] {
  const {repositories, firstFault, limited} = sample;
  const isPart = repositories.length < discovery.found;
  const unreachable = repositories.filter(({failed}) => failed !== null && isRetryable(failed));
  const answers = Object.values(limited).reduce((sum, count) => sum + count, 0);
  return [
    ...(discovery.found === 0 ? [{kind: 'empty'} as const] : []),
    ...discovery.failed.map(
      ({kind, ...stream}) => ({kind: 'unread-stream', fault: kind, ...stream}) as const,
    ),
    ...(discovery.isLeast ? [{kind: 'bounded', found: discovery.found} as const] : []),
    ...(unreachable.length === 0
      ? []
      : [
          {
            kind: 'unreachable',
            looked: repositories.length,
            failed: unreachable.length,
            message: firstFault ?? '',
          } as const,
        ]),
    ...(isPart ? dominated(repositories) : []),
    ...(isPart && repositories.length < few ? [{kind: 'few', looked: repositories.length} as const] : []),
    ...(answers === 0 ? [] : [{kind: 'limited', hosts: Object.keys(limited), answers} as const]),
  ];
}

function dominated(repositories: readonly SampledRepository[]): readonly RepositoryWarning[] {
  const counts = repositories.map(({id, items}) => ({
    id,
    items: kinds.reduce((sum, kind) => sum + items[kind], 0),
  }));
  const all = counts.reduce((sum, {items}) => sum + items, 0);
  const most = counts.toSorted((a, b) => b.items - a.items)[0];
  if (most === undefined || counts.length < 2 || most.items <= all * dominant) return [];
  return [{kind: 'dominated', ...most, share: most.items / all}];
}
