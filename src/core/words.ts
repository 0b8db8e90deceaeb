import {listedOf, type Part, parts, type Tally} from './accounting.ts';
import type {Summary} from './checks.ts';
import type {HostNews} from './event.ts';
import type {RunMode} from './run.ts';
import {shellWord} from './shell-word.ts';

/** How numbers, times, counts and commands are worded, on every face. */

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.4 s`, `1 min 15 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  return hours === 0 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes} min`;
}

/** The time of day, in UTC as in a run's id. */
export function clockText(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** What a plan does; what is not done to an item is called alike before and after. */
const acts: Readonly<Partial<Record<Part, string>>> = {
  inserted: 'insert',
  updated: 'update',
  deleted: 'delete',
  skipped: 'skip',
};

/** `inserted`; of a plan `insert`. */
export function partTitle(part: Part, isPlan: boolean): string {
  return isPlan ? (acts[part] ?? part) : part;
}

/** `inserted`; in a dry run `to insert`. */
export function partWord(part: Part, isDry: boolean): string {
  return isDry && acts[part] !== undefined ? `to ${acts[part]}` : part;
}

/** The accounting identity in words; what is zero is left out, except where nothing at all was listed. */
export function identityText(tally: Tally, isDry: boolean): string {
  const terms = parts
    .filter(part => tally[part] !== 0)
    .map(part => `${number(tally[part])} ${partWord(part, isDry)}`);
  return `${number(listedOf(tally))} listed${terms.length === 0 ? '' : ` = ${terms.join(' + ')}`}`;
}

export function modeText({mode, undoes}: {readonly mode: RunMode; readonly undoes: string | null}): string {
  if (mode === 'dry-run') return undoes === null ? 'dry run' : 'dry run of an undo';
  return mode;
}

/** `prefix bgm/, maxItems 10`, `collections app.example.post, proofs`, or `everything`. */
export function scopeText(scope: unknown): string {
  const narrowed = Object.entries(scope ?? {}).flatMap(([name, value]): readonly string[] => {
    if (value === null || value === '' || value === false) return [];
    if (value === true) return [name];
    if (!Array.isArray(value)) return [`${name} ${String(value)}`];
    return value.length === 0 ? [] : [`${name} ${listText(value.map(String))}`];
  });
  return narrowed.length === 0 ? 'everything' : narrowed.join(', ');
}

const listed = 3;

/** The first of them, and how many there are besides. */
function listText(values: readonly string[]): string {
  const rest = values.length - listed;
  return `${values.slice(0, listed).join(' ')}${rest > 0 ? ` and ${number(rest)} more` : ''}`;
}

export function commandText(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** `just now`, `2 min ago`, `3 h ago`, `5 days ago`. */
export function ageText(at: number, now: number): string {
  const seconds = Math.max(0, (now - at) / 1_000);
  if (seconds < 60) return 'just now';
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** `00:01:09`, for what is told in a column. */
export function clockDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  return parts.map(part => String(part).padStart(2, '0')).join(':');
}

/** From where to where; a source without a name is the target itself. */
export function endsText(source: string, target: string): string {
  return source === '' ? target : `${source} → ${target}`;
}

/** What has changed, in one line: `Artifacts Summary: rows 693 → 504`. */
export function figuresText({title, figures}: Summary): string {
  const changed = figures.filter(({before, value}) => before !== null && before !== value);
  const told = changed.length > 0 ? changed : figures;
  const said = told.map(({name, before, value}) =>
    changed.length > 0 ? `${name} ${number(before ?? 0)} → ${number(value)}` : `${name} ${number(value)}`,
  );
  return `${title}: ${said.join(', ')}`;
}

/** What a run that is published as a whole has come to; while it stages, nothing is worth a line of its own. */
export function publicationText({
  state,
  items,
  total,
}: {
  readonly state: 'staged' | 'publishing' | 'published';
  readonly items: number;
  readonly total: number;
}): string {
  switch (state) {
    case 'staged':
      return `${number(items)} of ${counted(total, 'row')} staged`;
    case 'publishing':
      return `all ${counted(total, 'row')} staged: publishing them in one transaction`;
    case 'published':
      return items === total
        ? `published: ${counted(items, 'row')} inserted`
        : `published: ${counted(items, 'row')} inserted, ${number(total - items)} were there already`;
    default:
      return state satisfies never;
  }
}

/** That a host went down or is back, in one line. */
export function hostText({host, state, since, fault}: HostNews, at: number): string {
  return state === 'down'
    ? `${host} is down, and what waits for it is set aside${fault === undefined ? '' : `: ${fault.message}`}`
    : `${host} answers again, after ${durationText((at - since) / 1_000)}`;
}

/** A message often names its host first, which whoever tells it has done already. */
export function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
