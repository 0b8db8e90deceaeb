import type {Preview} from '../backfills/backfill.ts';

/** Column by column, what changes: `content_hash NULL → 9f86d081…`. */
export function previewText({before, after}: Preview, longest = 16): string {
  const columns = Object.keys(after ?? before ?? {});
  return columns
    .filter(column => before === null || after === null || before[column] !== after[column])
    .map(
      column =>
        `${column} ${before === null ? '' : `${short(before[column], longest)} → `}${after === null ? 'gone' : short(after[column], longest)}`,
    )
    .join(', ');
}

function short(value: string | number | null | undefined, longest: number): string {
  if (value === null || value === undefined) return 'NULL';
  const text = String(value);
  return text.length > longest ? `${text.slice(0, longest - 4)}…` : text;
}
