import {stagesOf} from '../../backfills/registry.ts';
import {printableKey} from '../../core/keys.ts';
import {bytesText, counted, durationText, number} from '../../core/words.ts';
import {ratesOfUploading} from '../../engine/estimate-effects.ts';
import type {Review} from '../../engine/review.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {commandLine} from '../command-line.ts';
import type {Line, Tone} from '../line.ts';
import type {Manner} from '../state.ts';
import {uploadsText} from '../uploads-text.ts';
import {sampleLines} from './review-samples.ts';
import {hanging} from './wrapped.ts';

/** What a live run would read, cost and keep, and the way back. */
export function factLines(manner: Manner, review: Review, plan: RunRecord, width: number): readonly Line[] {
  const {
    itemsToRead,
    bytesToRead,
    repositories,
    uploads,
    notes,
    warned,
    verifies,
    requests,
    rows,
    seconds,
    money,
    tables,
    publishes,
    bookmark,
    samples,
  } = review;
  const read =
    repositories !== null
      ? `${counted(repositories.count, ...repositories.words)} once more, each from its host: the plan holds no content`
      : uploads !== null && uploads.items > 0
        ? `${counted(uploads.items, 'file')} once more, as they are uploaded: what differs by then is not taken`
        : itemsToRead === 0
          ? 'nothing again: the dry run has read it all'
          : `${counted(itemsToRead, 'item')} (${review.actions.fail === 0 ? '' : 'about '}${bytesText(bytesToRead)}): what failed, or may have changed`;
  const asked = [
    ...(repositories === null ? [] : ['as many as the dry run to each host']),
    ...(requests.source === 0 ? [] : [`${number(requests.source)} to the source`]),
    ...(requests.provider === 0 ? [] : [`${number(requests.provider)} to the provider`]),
    ...(requests.target === 0 ? [] : [`${number(requests.target)} to the target`]),
  ];
  // What is noted of items is read one by one: how, is told beside it.
  const isNoted = Object.keys(notes).length > 0;
  const lists = plan.undoes === null ? pair('lists', listsText(plan), width) : [];
  return [
    ...(uploads === null ? [] : pair('uploads', uploadsText(uploads, plan), width, 'strong')),
    ...(isNoted ? pair('notes', notesText(notes), width) : []),
    ...warned.flatMap(({key, note}) => pair('', `${printableKey(key)}: ${note}`, width, 'warn')),
    ...(isNoted ? lists : []),
    ...pair('reads', read, width),
    ...(verifies.items === 0
      ? []
      : pair(
          '',
          `${counted(verifies.items, 'item')} (about ${bytesText(verifies.bytes)}) once more, to verify what was written`,
          width,
        )),
    ...pair('requests', asked.length === 0 ? 'none over a network' : `about ${asked.join(', ')}`, width),
    ...(rows === null
      ? []
      : pair(
          'rows',
          `about ${number(rows.written)} written and ${number(rows.read)} read, as the target counts`,
          width,
        )),
    ...pair('takes', `about ${roughly(seconds)}${uploadingText(uploads)}`, width),
    ...pair(
      'costs',
      money === null ? 'nothing' : `about ${money.usd.toFixed(2)} USD at list prices, before free allowances`,
      width,
    ),
    ...(publishes === null ? [] : pair('publishes', publishesText(publishes), width)),
    ...(plan.undoes !== null && stagesOf(plan.backfill)?.applied !== undefined
      ? pair(
          'removes',
          'each object that the run has uploaded, and that no row names any more',
          width,
          'warn',
        )
      : []),
    ...pair('keeps', tablesText(tables, manner, plan), width),
    ...(samples.length === 0 ? [] : [[], ...samples.flatMap(sample => sampleLines(sample, width))]),
    ...(isNoted ? [] : lists),
    [],
    ...pair(
      'way back',
      plan.undoes === null
        ? `${undoText(manner)}: puts back each row that is still as the run left it${uploads === null ? '' : ', and removes the objects that it has uploaded'}${bookmark ? '; and the Time Travel bookmark of before the run is noted' : ''}`
        : 'none: an undo is not undone, but a new dry run and live run write the same again',
      width,
    ),
  ];
}

/** Told at a stated rate: nothing was uploaded to measure one. */
function uploadingText(uploads: Review['uploads']): string {
  if (uploads === null || uploads.items === 0) return '';
  const {text, bytes} = ratesOfUploading[uploads.isLocal ? 'disk' : 'line'];
  return `, and for uploading ${roughly(uploads.bytes / bytes)} at ${text}`;
}

/** A prediction to a tenth of a second would promise too much. */
function roughly(seconds: number): string {
  return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : durationText(seconds);
}

function undoText(manner: Manner): string {
  const command = commandLine(manner, ['headgate', 'undo', 'RUN']);
  return command === null ? 'u in the runbook' : `${command}, or u in the runbook`;
}

function publishesText({table, rows}: NonNullable<Review['publishes']>): string {
  return `${counted(rows, 'row')} in one transaction, all or none; until then they wait in ${table}, which goes with the run`;
}

/** Only five changes are shown: the run's own screen names all that a plan has, and what it leaves as it is. */
function listsText({tally}: RunRecord): string {
  const also = tally.unchanged === 0 ? '' : `, also the ${number(tally.unchanged)} unchanged`;
  return `press 3: enter on a count names each${also}`;
}

/** `40 already uploaded · 3 same content · 2 similar`. */
function notesText(notes: Review['notes']): string {
  return Object.entries(notes)
    .map(([kind, count]) => `${number(count)} ${kind}`)
    .join(' · ');
}

function tablesText(tables: Review['tables'], manner: Manner, {targetLabel}: RunRecord): string {
  if (tables.length === 0) return 'no table of its own in the target';
  const names = tables.map(({name}) => name).join(' and ');
  const isThere = tables.every(table => table.isThere);
  const command = commandLine(manner, ['headgate', 'marks', 'remove', '--target', targetLabel]);
  const removed = command === null ? '' : `, removed by ${command}`;
  return `${names} in the target: two small tables, ${isThere ? 'there already' : 'made by this run'}${removed}`;
}

const nameWidth = 10;

/** A name, and what is said of it. */
export function pair(name: string, text: string, width: number, tone?: Tone): readonly Line[] {
  return hanging([{text: name.padEnd(nameWidth), tone: 'dim'}], text, width, tone);
}
