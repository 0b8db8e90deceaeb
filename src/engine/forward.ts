import type {AnyBackfill} from '../backfills/registry.ts';
import type {Change, Inspected, Io, Shape} from '../backfills/shape.ts';
import {type Decision, type Entry, isChange} from '../core/entry.ts';
import type {Probe} from '../core/probe.ts';
import type {Service} from '../core/service.ts';
import type {UploadRecord} from '../core/uploads.ts';
import type {Ledger} from '../ledger/ledger.ts';
import {Gathered} from './gathered.ts';
import {openItems} from './open-list.ts';
import {faultOf} from './read-streams.ts';
import type {AppliedWork, PublishedWork, RepositoriesWork, Work, WorkItem} from './work.ts';

export interface ForwardOptions {
  readonly backfill: AnyBackfill;
  readonly io: Io<Shape>;
  readonly probe: Probe<unknown>;
  readonly ledger: Ledger;
  readonly run: string;
  /** What serves the target. */
  readonly service: Service;
  /** The end of the range: where a capped dry run ended. */
  readonly hi: string | null;
}

export const decidedTogether = 2_000;
/** Small repositories come by the hundred within a moment; a page of a large one does not wait. */
const company = {least: 200, waitMs: 4};

/** A backfill as the work of a run: ranges of the source's listing, and the run's own open items on a retry. */
export function forwardWork({backfill, io, probe, ledger, run, service, hi}: ForwardOptions): Work {
  // Small repositories by the thousand: one read of the target for all of them that are ready.
  const decisions =
    backfill.repositories === undefined
      ? null
      : new Gathered<Inspected<Shape>, Decision<Change>>(page => backfill.decide(page, io, probe), {
          most: decidedTogether,
          company,
        });
  return {
    async *partitions() {
      let number = 0;
      for await (const range of backfill.partitions(io))
        yield {id: `p${++number}`, kind: 'range', lo: range.lo, hi: range.hi ?? hi, of: null};
    },
    list: (partition, range) =>
      partition.kind === 'open'
        ? openItems(ledger, run, partition.of, range, lookup)
        : backfill.list({...range, address: partition.host ?? null}, io, probe),
    middle: range => backfill.middle(range, io),
    host: item => backfill.host(item, io),
    inspect: (item, onProgress) => backfill.inspect(item, io, onProgress),
    decide: page => (decisions === null ? backfill.decide(page, io, probe) : decisions.ask(page)),
    repositories: repositoriesOf(backfill, io, probe),
    publication: publicationOf(backfill, io, probe, {run, service}),
    applied: appliedOf(backfill, io),
    ...endingsOf(backfill, io, probe),
    uploads: uploadsOf(backfill, io),
    keeps: keepsOf(backfill),
    sizeOf: change => (backfill.kept === undefined ? 0 : backfill.kept.size(decided(change))),
    keptSizeOf: change => (backfill.kept === undefined ? 0 : backfill.kept.keptSize(decided(change))),
    rowsOf: change => rowsOf(backfill, change),
    commit: changes => backfill.commit(changes.map(decided), probe),
    readBack: async changes => {
      const decisions = await backfill.decideUndo(parseChanges(backfill, changes), io, probe);
      return decisions.map(({action}) => action === 'update' || action === 'delete' || action === 'insert');
    },
    standing:
      backfill.stands === undefined
        ? null
        : async changes => (await backfill.stands?.(parseChanges(backfill, changes), io, probe)) ?? [],
    signature: entry => signatureOf(backfill, entry),
    leavesChanged: backfill.leavesChanged ?? false,
    pagesAhead: backfill.pagesAhead ?? 1,
    inspects: backfill.inspects !== false,
    keepsFingerprints: backfill.inspects !== false && backfill.keepsFingerprints !== false,
    parseFound: found => {
      const parsed = backfill.found.safeParse(found);
      return parsed.success ? parsed.data : undefined;
    },
  };

  async function lookup(key: string): Promise<WorkItem> {
    try {
      const item = await backfill.lookup(key, io, probe);
      return item ?? {key, size: 0, fingerprint: null, skip: 'gone since it was listed'};
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      return {key, size: 0, fingerprint: null, fault};
    }
  }
}

function repositoriesOf(
  {repositories}: AnyBackfill,
  io: Io<Shape>,
  probe: Probe<unknown>,
): RepositoriesWork | null {
  if (repositories === undefined) return null;
  return {
    streams: () => repositories.streams(io, probe),
    discover: (stream, cursor) => repositories.discover(stream, cursor, io, probe),
    resolverOf: id => repositories.resolverOf(id, io),
    resolve: id => repositories.resolve(id, io),
    hostOf: address => repositories.hostOf(address),
    range: id => repositories.range(id),
    groupOf: key => repositories.groupOf(key),
  };
}

function appliedOf({effects}: AnyBackfill, io: Io<Shape>): AppliedWork | null {
  if (effects === undefined) return null;
  return {
    host: change => effects.host(decided(change), io),
    size: change => effects.size(decided(change)),
    use: change => effects.use(decided(change), io),
    apply: (change, onProgress) => effects.apply(decided(change), io, onProgress),
  };
}

/** What a backfill leaves of its effects when a run is over, or given up. */
export function endingsOf(
  {effects}: AnyBackfill,
  io: Io<Shape>,
  probe: Probe<unknown>,
): Pick<Work, 'abandon' | 'clear'> {
  if (effects === undefined) return {abandon: null, clear: null};
  return {abandon: () => effects.abandon(io), clear: clearing => effects.clear(io, probe, clearing)};
}

/** What was uploaded is known from then on; so is what could not be, with the reason. */
function uploadsOf({effects}: AnyBackfill, io: Io<Shape>): Work['uploads'] {
  if (effects === undefined) return null;
  return entries => {
    const keep = entries.flatMap((entry): readonly UploadRecord[] => {
      const record = entry.change === undefined ? null : effects.record(decided(entry.change), io);
      if (record === null) return [];
      if (isChange(entry)) return [record];
      return entry.fault === undefined ? [] : [{...record, status: 'error', note: entry.fault.message}];
    });
    return {keep, forget: []};
  };
}

function keepsOf({kept}: AnyBackfill): Work['keeps'] {
  return kept === undefined ? null : change => kept.of(decided(change));
}

/** A change that was decided a moment ago is as the backfill made it: only what comes from the ledger is read with its schema. */
function decided(change: unknown): Change {
  if (isKeyed(change)) return change;
  throw new TypeError('a change has no key');
}

function isKeyed(change: unknown): change is Change {
  return typeof change === 'object' && change !== null && 'key' in change && typeof change.key === 'string';
}

function publicationOf(
  backfill: AnyBackfill,
  {target}: Pick<Io<Shape>, 'target'>,
  probe: Probe<unknown>,
  {run, service}: Pick<ForwardOptions, 'run' | 'service'>,
): PublishedWork | null {
  const {publication} = backfill;
  if (publication === undefined) return null;
  return {
    most: publication.most[service] ?? null,
    begin: () => publication.begin(),
    stage: changes => publication.stage(parseChanges(backfill, changes), run),
    publish: staged => publication.publish(staged, probe),
    known: keys => publication.known(target, keys, run),
    end: () => publication.end(),
  };
}

export function parseChanges(backfill: AnyBackfill, changes: readonly unknown[]) {
  return changes.map(change => backfill.change.parse(change));
}

/** What a review shows of an entry, as text. */
export function rowsOf(backfill: AnyBackfill, change: unknown): number {
  return backfill.rowsOf === undefined ? 1 : backfill.rowsOf(backfill.change.parse(change));
}

export function signatureOf(backfill: AnyBackfill, {change}: Entry): string {
  return change === undefined ? '' : JSON.stringify(backfill.preview(backfill.change.parse(change)));
}
