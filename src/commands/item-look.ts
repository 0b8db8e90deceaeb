import type {Network} from '../atproto/network.ts';
import {type AnyBackfill, backfills, readsTarget} from '../backfills/registry.ts';
import type {Item} from '../backfills/shape.ts';
import type {ProviderSource} from '../backfills/upload-source.ts';
import {OperatorError, type OperatorErrorCode} from '../core/operator-error.ts';
import type {Finding} from '../core/probe.ts';
import type {Target} from '../databases/database.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import {type ContentNow, contentNow} from '../engine/content-now.ts';
import type {RunHistory} from '../engine/explain.ts';
import {type AtTarget, itemAtSource, itemAtTarget, type VersionNow, versionNow} from '../engine/item-now.ts';
import type {Kept} from '../ledger/fingerprints.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {ObjectStore} from '../stores/object-store.ts';
import {bucketFlags, type Ends} from './ends.ts';
import type {Session} from './session.ts';

/**
 * What a source and a target have of one item now. Those that the operator names have to make sense; whatever else
 * keeps one from being looked at, an outage above all, is a line of the answer and not the end of it.
 */

export type Look<Found> = {readonly label: string | null} & (
  | {readonly problem?: undefined; readonly found: Found}
  | {
      readonly problem: string;
      readonly hint?: string;
      readonly code: OperatorErrorCode;
      readonly found?: undefined;
    }
);

export interface Looks {
  readonly source: Look<{
    readonly item: Item | null;
    readonly version: VersionNow | null;
    /** What is known of its content; null where nothing is, or the backfill asks for no content. */
    readonly content: ContentNow | null;
  }>;
  readonly target: Look<AtTarget | null>;
}

/** What the operator named, opened before anything else is done; null where nothing was named. */
export interface Given {
  readonly source: Look<Read> | null;
  readonly target: Look<Target> | null;
}

export interface Looking {
  readonly key: string;
  readonly runs: readonly RunHistory[];
  readonly kept: readonly Kept[];
  readonly backfill: AnyBackfill | null;
  /** The run whose ends are looked at where none are given. */
  readonly like: RunRecord | null;
  readonly given: Given;
}

/** Whatever a backfill reads. */
type Read = ObjectStore | Network | ProviderSource;

/** How long a source or a target may take to answer. */
const patienceMs = 30_000;

export async function openGiven(
  {connections}: Session,
  ends: Ends,
  backfill: AnyBackfill | null,
): Promise<Given> {
  const {source, target} = ends;
  return {
    source:
      source === undefined
        ? null
        : sensible(
            await attempt('source', source, named => opened(connections, backfill, named, bucketFlags(ends))),
          ),
    target:
      target === undefined
        ? null
        : sensible(await attempt('target', withoutPassword(target), () => connections.target(target))),
  };
}

function sensible<Found>(look: Look<Found>): Look<Found> {
  if (look.problem !== undefined && look.code === 'usage')
    throw new OperatorError('usage', look.problem, look.hint);
  return look;
}

export async function lookAt({connections, engine}: Session, looking: Looking): Promise<Looks> {
  const {key, runs, kept, backfill, like, given} = looking;
  const source =
    given.source ??
    itselfFor(backfill) ??
    (await attempt('source', like?.sourceLabel, async label =>
      requireSame(await opened(connections, backfill, label), like?.source),
    ));
  const target =
    given.target ??
    (await attempt('target', like?.targetLabel, async label =>
      requireSame(await connections.target(label), like?.target),
    ));
  const ends = {
    source: source.found?.id ?? like?.source ?? '',
    target: target.found?.id ?? like?.target ?? '',
  };
  const atSource = await further('source', source, async store => {
    const [error] = (await checkOf(store)).filter(({level}) => level === 'error');
    if (error !== undefined) throw new OperatorError('failed', error.message, error.remedy);
    const item = await itemIn(store, required(backfill), key, target);
    if (item === null) return {item, version: null, content: null};
    const of = {target: ends.target, item, scope: like?.scope};
    return {
      item,
      version: versionNow(item, ends, runs, kept),
      content:
        'provider' in store
          ? null
          : await contentNow(engine.host, required(backfill), {...of, source: store}),
    };
  });
  const content = atSource.found?.content ?? null;
  const contentOf = content === null ? null : {...content.whose, sha256: content.sha256};
  return {
    source: atSource,
    target: await further('target', target, opened =>
      itemAtTarget(required(backfill), opened, key, runs, contentOf, AbortSignal.timeout(patienceMs)),
    ),
  };
}

function opened(
  connections: Session['connections'],
  backfill: AnyBackfill | null,
  named: string,
  flags: ReturnType<typeof bucketFlags> = {},
): Promise<Read> {
  return backfill?.uploads === 'objects'
    ? connections.objects(named, flags)
    : connections.anySource(named, flags);
}

function checkOf(source: Read): Promise<readonly Finding[]> {
  return 'provider' in source ? source.provider.store.check() : source.check();
}

/** Which of a provider's objects it is, its row says. */
async function itemIn(
  source: Read,
  backfill: AnyBackfill,
  key: string,
  target: Look<Target>,
): Promise<Item | null> {
  const signal = AbortSignal.timeout(patienceMs);
  if (!('provider' in source)) return itemAtSource(backfill, source, key, {signal});
  if (target.found === undefined)
    throw new OperatorError(
      'failed',
      'which object it is, only its row says, and the target could not be read',
    );
  const reader = await target.found.openReader();
  return itemAtSource(backfill, source, key, {signal, target: reader}).finally(() => reader.close());
}

/** What reads its target alone has no item elsewhere. */
function itselfFor(backfill: AnyBackfill | null): Look<Read> | null {
  if (backfill === null || !readsTarget(backfill)) return null;
  return {label: 'the target itself', problem: `${backfill.id} reads nothing else`, code: 'failed'};
}

/** The item is there. */
export function isSeen({source, target}: Looks): boolean {
  return (source.found?.item ?? target.found?.columns ?? null) !== null;
}

async function attempt<Found>(
  end: 'source' | 'target',
  label: string | undefined,
  look: (label: string) => Promise<Found>,
): Promise<Look<Found>> {
  if (label === undefined)
    return {label: null, problem: `no ${end} was looked at`, hint: `Name one with --${end}.`, code: 'failed'};
  try {
    return {label, found: await look(label)};
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    if (!(error instanceof OperatorError)) return {label, problem, code: 'failed'};
    const {code, hint} = error;
    return {label, problem, code, ...(hint === undefined ? {} : {hint})};
  }
}

function further<Found, Further>(
  end: 'source' | 'target',
  look: Look<Found>,
  goOn: (found: Found) => Promise<Further>,
): Promise<Look<Further>> | Look<Further> {
  return look.problem === undefined ? attempt(end, look.label ?? undefined, () => goOn(look.found)) : look;
}

/** A name in the config may have come to mean another place since the run. */
function requireSame<Place extends {readonly id: string}>(place: Place, id: string | undefined): Place {
  if (place.id === id) return place;
  throw new OperatorError(
    'failed',
    `it is not the place any more that the run named so (${id ?? 'none'})`,
    'Name that place with --source or --target.',
  );
}

function required(backfill: AnyBackfill | null): AnyBackfill {
  if (backfill !== null) return backfill;
  throw new OperatorError(
    'failed',
    'whose item it is can not be told',
    `Name the backfill with --backfill: ${backfills.map(({id}) => id).join(', ')}.`,
  );
}
