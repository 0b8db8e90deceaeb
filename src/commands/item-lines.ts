import type {AnyBackfill} from '../backfills/registry.ts';
import type {Item} from '../backfills/shape.ts';
import {printableKey} from '../core/keys.ts';
import {bytesText} from '../core/words.ts';
import type {ContentNow} from '../engine/content-now.ts';
import type {AtTarget, Indexing, VersionNow} from '../engine/item-now.ts';
import type {Kept} from '../ledger/fingerprints.ts';
import {timeText} from './history-lines.ts';
import type {Look, Looks} from './item-look.ts';

/** What ledger, source and target have of an item now: lines for people, an object for programs. Hashes are given in full. */

export function itemLines(
  runs: number,
  kept: readonly Kept[],
  {source, target}: Looks,
  backfill: Pick<AnyBackfill, 'uploads' | 'words'> | null,
): readonly string[] {
  const content = source.found?.content ?? null;
  const versions = backfill?.words.versions ?? indexed;
  return [
    ...(runs === 0 ? [] : ['']),
    ...(backfill?.uploads === 'files' ? contentLines(content) : keptLines(kept)),
    ...lookLines('source', source, ({item, version}) =>
      item === null || version === null
        ? ['it has no such item']
        : sourceLines(item, version.is === 'unknown' && content !== null ? null : version, versions),
    ),
    ...lookLines('target', target, targetLines),
  ];
}

export function itemObject(
  key: string,
  runs: number,
  kept: readonly Kept[],
  {source, target}: Looks,
): Readonly<Record<string, unknown>> & {readonly type: string} {
  return {
    type: 'item',
    key,
    runs,
    ledger: kept,
    source: lookObject(source, ({item, version, content}) =>
      item === null || version === null
        ? {present: false}
        : {
            present: true,
            size: item.size,
            modifiedAt: item.modifiedAt,
            fingerprint: item.fingerprint,
            skip: item.skip,
            fault: item.fault,
            is: version.is,
            run: 'by' in version ? version.by?.run : undefined,
            ...(content === null ? {} : {sha256: content.sha256, upload: content.upload}),
          },
    ),
    target: lookObject(target, found => ({
      row: found?.columns ?? null,
      stands: found?.stands ?? null,
      run: found?.run ?? null,
    })),
  };
}

function lookObject<Found>(
  look: Look<Found>,
  object: (found: Found) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return look.problem === undefined ? {label: look.label, ...object(look.found)} : look;
}

function lookLines<Found>(
  end: string,
  look: Look<Found>,
  lines: (found: Found) => readonly string[],
): readonly string[] {
  const {label, problem} = look;
  const said =
    problem === undefined ? lines(look.found) : [problem, ...(look.hint === undefined ? [] : [look.hint])];
  return [label === null ? end : `${end}  ${label}`, ...said.map(line => `  ${line}`)];
}

function keptLines(kept: readonly Kept[]): readonly string[] {
  if (kept.length === 0) return ['ledger  keeps no fingerprint of it'];
  return kept.flatMap(({source, target, fingerprint, found}) => [
    `ledger  keeps version ${fingerprint}`,
    `  of ${source} for ${target}`,
    ...foundLines(found),
  ]);
}

const indexed = {brought: 'indexed', found: 'found in the target'};

/** Of a file that is uploaded, the ledger keeps what it has in it, and what became of that. */
function contentLines(content: ContentNow | null): readonly string[] {
  if (content === null) return ['ledger  has no hash of this version of it'];
  const {sha256, whose, upload} = content;
  const to = `${whose.provider} for user ${whose.user}`;
  const said =
    upload === null
      ? `no upload to ${to} on record`
      : upload.status === 'success'
        ? `recorded as uploaded to ${to}, ${timeText(upload.at)}, as ${printableKey(upload.name)}`
        : `its upload to ${to} failed, ${timeText(upload.at)}: ${upload.note}`;
  return ['ledger  knows its content', `  sha256 ${sha256}`, `  ${said}`];
}

function foundLines(found: unknown): readonly string[] {
  if (typeof found !== 'object' || found === null) return [`  found ${String(found)}`];
  return Object.entries(found).map(([name, value]) => `  ${name} ${shown(value)}`);
}

function sourceLines(
  {size, modifiedAt = 0, fingerprint, skip, fault}: Item,
  version: VersionNow | null,
  words: VersionWords,
): readonly string[] {
  if (fault !== undefined) return [`it can't be read (${fault.kind}): ${fault.message}`];
  const dated = modifiedAt === 0 ? '' : `, modified ${timeText(modifiedAt)}`;
  if (skip !== undefined) return [`it is skipped: ${skip}`];
  return [
    `${bytesText(size)}${dated}`,
    ...(fingerprint === null ? [] : [`version ${fingerprint}`]),
    ...(version === null ? [] : versionLines(version, fingerprint === null, words)),
  ];
}

type VersionWords = NonNullable<AnyBackfill['words']['versions']>;

function versionLines(version: VersionNow, isFresh: boolean, words: VersionWords): readonly string[] {
  switch (version.is) {
    case 'indexed':
      return [`the version that ${indexingText(version.by, words)}`];
    case 'read':
      return ['the version that was last read; that it is in the target is not on record'];
    case 'changed':
      return [
        `not the version that ${version.by === null ? 'was last read' : indexingText(version.by, words)}`,
        'it has changed since: a new dry run takes it up',
      ];
    case 'unknown':
      return [
        isFresh
          ? 'it was written just now: which version it is can not be told yet'
          : 'no run on record has read this version',
      ];
    default:
      return version satisfies never;
  }
}

function indexingText({run, isWritten}: Indexing, {brought, found}: VersionWords): string {
  return `run ${run} ${isWritten ? brought : found}`;
}

function targetLines(found: AtTarget | null): readonly string[] {
  if (found === null) return ['this backfill shows no single rows'];
  const {columns, stands, run, says} = found;
  return [
    ...(columns === null
      ? ['it has no row']
      : Object.entries(columns).map(([column, value]) => `${column} ${shown(value)}`)),
    ...(says === null ? [] : [says]),
    ...(stands === null || run === null
      ? columns === null
        ? []
        : ['no run on record has written it under this key']
      : [standing[stands].replace('RUN', run)]),
  ];
}

const standing = {
  'as-left': 'as run RUN left it',
  'taken-back': 'as it was before run RUN: somebody else has taken back what that wrote',
  'not-landed': 'as it was before run RUN, which has not written it',
  changed: 'not as run RUN left it: somebody else has changed it since',
} as const;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return printableKey(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
