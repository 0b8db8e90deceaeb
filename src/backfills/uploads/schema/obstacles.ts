import {OperatorError} from '../../../core/operator-error.ts';
import {counted} from '../../../core/words.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Way} from '../../schema-change.ts';
import {doublesOf} from '../doubles.ts';
import type {FoundTable} from '../found-table.ts';
import {probeAssets} from '../probe.ts';

const shown = 10;

/** Rows that the new index would forbid are shown, and nothing is done. */
export async function requireNoDoubles(target: Reader, table: FoundTable, way: Way): Promise<void> {
  const missing = ['id', 'user_id', 'sha256'].filter(
    name => !table.columns.some(column => column.name === name),
  );
  if (missing.length > 0)
    throw new OperatorError(
      'gate',
      `assets has no column ${missing.join(', nor ')}`,
      'Add it as migrations/uploads has it, or rename yours to it.',
    );
  const {facts} = await probeAssets(target);
  const doubled = way === 'forth' ? 'of a user' : 'of anybody';
  const {count, sample} = await doublesOf(target, facts, doubled, new AbortController().signal);
  if (count === 0) return;
  const what =
    way === 'forth'
      ? `${counted(count, 'time', 'times')} a user has several rows of one hash, which the index would forbid`
      : `${counted(count, 'hash', 'hashes')} ${count === 1 ? 'has' : 'have'} several rows, which the old index would forbid`;
  const rows = sample.slice(0, shown).map(({key, detail}) => `  ${key}: ${detail}`);
  const more = count > rows.length ? [`  … and ${counted(count - rows.length, 'more', 'more')}`] : [];
  throw new OperatorError(
    'gate',
    [`${what}; nothing was changed`, ...rows, ...more].join('\n'),
    way === 'forth'
      ? 'Leave one row of each: bring its provider_uploads up to date, re-point what refers to the others, delete them, and run this again.'
      : 'While two users share a file, there is no way back but to delete the row of one of them.',
  );
}

/** A foreign key needs what it refers to to be unique by itself. */
export function requireNoReference({referredBy}: FoundTable): void {
  const refers = referredBy.filter(({columns}) => columns.length === 1 && columns[0]?.to === 'sha256');
  if (refers.length === 0) return;
  const tables = [...new Set(refers.map(({table}) => table))].join(', ');
  throw new OperatorError(
    'gate',
    `${tables} refers to assets.sha256, which would not be unique by itself any more; nothing was changed`,
    `Let ${tables} refer to assets.id, or to user_id and sha256 together, and run this again.`,
  );
}
