import type {Preview} from '../../backfills/backfill.ts';
import {repositoryNouns} from '../../backfills/registry.ts';
import {printableKey} from '../../core/keys.ts';
import {ageText, bytesText, counted, durationText, number} from '../../core/words.ts';
import type {Review, ReviewSample} from '../../engine/review.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {closedBefore} from '../../runbook/flow-state.ts';
import type {Gate} from '../../runbook/gate.ts';
import {failedText} from '../../runbook/open-counts.ts';
import {commandLine} from '../command-line.ts';
import {readOf, reviewable} from '../going-on.ts';
import type {Layout} from '../layout.ts';
import type {Line, Tone} from '../line.ts';
import {type ConsoleState, chosenSetup, type Manner, type SetupView, shownView} from '../state.ts';
import {summaryHeight} from '../summary.ts';
import {fitted} from '../text.ts';
import {countsTable} from './counts-table.ts';
import {frameOf, roomOf, type Screen, scrolled, seenText} from './screen.ts';
import {hanging, paragraph} from './wrapped.ts';

/**
 * What a live run would do, before anything is typed: counts by action, what it reads and costs, the tables that
 * Headgate keeps in the target, five changes before → after, the way back, and the gates.
 *
 *     ╭ Review of 20261120-0615-k3f9 ────────────────────────────── 1–12 of 20 ─╮
 *     │ ┌────────┬────────┬───────────┬──────┬────────┐                         │
 *     │ │ insert │ update │ unchanged │ skip │ failed │                         │
 *     │ └────────┴────────┴───────────┴──────┴────────┘                         │
 *     │ target    asset-index.sqlite                                            │
 *     ╰─────────────────────────────────────────────────────────────────────────╯
 */
export function reviewScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  const plan = setup?.facts?.plan ?? null;
  if (setup === null || plan === null) return {panels: []};
  if (readOf(setup) !== 'as it is') return unreadScreen(state, setup, plan, layout);
  const table = countsTable(plan.tally, true);
  const room = roomOf(layout, layout.rows);
  const tableHeight = summaryHeight(1);
  const lines = reviewLines(state.manner, setup, plan, room.width);
  const height = room.height - tableHeight;
  const at = shownView(state).at;
  return {
    panels: [
      {
        title: `Review of ${plan.undoes === null ? plan.id : `undoing ${plan.undoes}`}, made ${ageText(plan.finishedAt ?? plan.createdAt, state.now)}`,
        note: seenText(lines.length, height, at),
        height: layout.rows,
        blocks: [table, scrolled(lines, height, at)],
      },
    ],
    isCut: at + height < lines.length,
  };
}

/** Counts and gates of the newest plan are not shown under the name of another one: it is read first. */
function unreadScreen(state: ConsoleState, setup: SetupView, plan: RunRecord, layout: Layout): Screen {
  const {width} = roomOf(layout, layout.rows);
  const lines = paragraph(unreadText(setup, plan, state.now), width, 'warn');
  const title = `Review of ${setup.review?.plan ?? plan.id}`;
  return {panels: [{title, note: '', height: layout.rows, blocks: [{type: 'lines', lines}]}]};
}

function unreadText(setup: SetupView, plan: RunRecord, now: number): string {
  const read = readOf(setup);
  const made = plan.finishedAt === null ? 'still being made' : `made ${ageText(plan.finishedAt, now)}`;
  const what =
    read === 'an older plan'
      ? `there is a newer plan: ${plan.id}, ${made}`
      : read === 'as it was'
        ? 'the plan has changed since it was read'
        : 'the plan was not read yet';
  return reviewable(setup) ? `${what}; enter shows it` : what;
}

/** Positions that the review can be scrolled to. */
export function reviewHeight(state: ConsoleState, layout: Layout): number {
  const setup = chosenSetup(state);
  const plan = setup?.facts?.plan ?? null;
  if (setup === null || plan === null || readOf(setup) !== 'as it is') return 1;
  const room = roomOf(layout, layout.rows);
  const lines = reviewLines(state.manner, setup, plan, room.width).length;
  return Math.max(1, lines - (layout.rows - frameOf(layout) - summaryHeight(1)) + 1);
}

const nameWidth = 10;

function reviewLines(manner: Manner, setup: SetupView, plan: RunRecord, width: number): readonly Line[] {
  const loaded = setup.review;
  const head = pair('target', targetText(plan, setup), width, 'strong');
  if (loaded === null || loaded.state === 'loading')
    return [...head, [], ...pair('', 'reading the plan …', width)];
  if (loaded.state === 'failed') return [...head, [], ...paragraph(`✖ ${loaded.message}`, width, 'bad')];
  const closed = closedBefore(setup.gates);
  const rest = (setup.gates ?? []).filter(gate => !closed.includes(gate));
  return [
    // What is in the way is not looked for behind what isn't.
    ...gateLines(closed, width),
    ...head,
    ...openedLines(setup, width),
    ...facts(manner, loaded.review, plan, width),
    [],
    ...(setup.gates === null ? pair('gates', 'looking …', width) : gateLines(rest, width)),
  ];
}

/** What failed is not in the plan: it is named elsewhere, and how many they are is asked for. */
function openedLines({facts: known, backfill}: SetupView, width: number): readonly Line[] {
  const counts = known?.open?.counts ?? null;
  if (counts === null || counts.failed === 0) return [];
  const nouns = repositoryNouns(backfill);
  const failed = nouns === null ? counted(counts.failed, 'item') : failedText(counts, nouns);
  return pair('failed', `${failed}, tried again; 6 shows which, and why`, width, 'warn');
}

/** Its name, and where it is, where the name does not say that. */
function targetText({targetName}: RunRecord, {target, environment}: SetupView): string {
  const place = target === targetName ? '' : `   ${target}`;
  return `${targetName}${place}${environment === null ? '' : `   ${environment}`}`;
}

function facts(manner: Manner, review: Review, plan: RunRecord, width: number): readonly Line[] {
  const {
    itemsToRead,
    bytesToRead,
    repositories,
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
      : itemsToRead === 0
        ? 'nothing again: the dry run has read it all'
        : `${counted(itemsToRead, 'item')} (${review.actions.fail === 0 ? '' : 'about '}${bytesText(bytesToRead)}): what failed, or may have changed`;
  const asked = [
    ...(repositories === null ? [] : ['as many as the dry run to each host']),
    ...(requests.source === 0 ? [] : [`${number(requests.source)} to the source`]),
    ...(requests.target === 0 ? [] : [`${number(requests.target)} to the target`]),
  ];
  return [
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
    ...pair('takes', `about ${roughly(seconds)}`, width),
    ...pair(
      'costs',
      money === null ? 'nothing' : `about ${money.usd.toFixed(2)} USD at list prices, before free allowances`,
      width,
    ),
    ...(publishes === null ? [] : pair('publishes', publishesText(publishes), width)),
    ...pair('keeps', tablesText(tables, manner, plan), width),
    ...(samples.length === 0 ? [] : [[], ...samples.flatMap(sample => sampleLines(sample, width))]),
    [],
    ...pair(
      'way back',
      plan.undoes === null
        ? `${undoText(manner)}: puts back each row that is still as the run left it${bookmark ? '; and the Time Travel bookmark of before the run is noted' : ''}`
        : 'none: an undo is not undone, but a new dry run and live run write the same again',
      width,
    ),
  ];
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

function tablesText(tables: Review['tables'], manner: Manner, {targetLabel}: RunRecord): string {
  if (tables.length === 0) return 'no table of its own in the target';
  const names = tables.map(({name}) => name).join(' and ');
  const isThere = tables.every(table => table.isThere);
  const command = commandLine(manner, ['headgate', 'marks', 'remove', '--target', targetLabel]);
  const removed = command === null ? '' : `, removed by ${command}`;
  return `${names} in the target: two small tables, ${isThere ? 'there already' : 'made by this run'}${removed}`;
}

const actionWidth = 9;

/** A change takes two lines: what, and before → after. */
function sampleLines({key, action, preview}: ReviewSample, width: number): readonly Line[] {
  const head: Line = [
    {text: action.padEnd(actionWidth), tone: 'accent'},
    {text: fitted(printableKey(key), Math.max(8, width - actionWidth), 'middle').trimEnd()},
  ];
  return preview === null ? [head] : [head, ...changeLines(preview, width)];
}

function changeLines({before, after}: Preview, width: number): readonly Line[] {
  const columns = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    name => before?.[name] !== after?.[name],
  );
  const room = Math.max(6, Math.floor((width - actionWidth - 4 - 14) / 2));
  return columns
    .slice(0, 3)
    .map(
      (name): Line => [
        {text: ' '.repeat(actionWidth)},
        {text: `${fitted(name, 13)} `, tone: 'dim'},
        {text: valueText(before === null ? undefined : before[name], room)},
        {text: ' → ', tone: 'dim'},
        {text: valueText(after === null ? undefined : after[name], room)},
      ],
    );
}

function valueText(value: string | number | null | undefined, width: number): string {
  if (value === undefined) return 'no row';
  return fitted(value === null ? 'NULL' : String(value), width, 'end').trimEnd();
}

function gateLines(gates: readonly Gate[], width: number): readonly Line[] {
  return gates.flatMap(({title, holds, reason, unlock, id}) => {
    const isTyped = id === 'confirmed' || id === 'whole' || id === 'failures';
    const sign = holds ? '✔' : isTyped ? '○' : '✖';
    const tone: Tone = holds ? 'good' : isTyped ? 'accent' : 'bad';
    const said = holds || !isTyped ? reason : typedText(id, reason);
    return [
      ...gateLine(sign, tone, title, said, width),
      ...(holds || isTyped || unlock === undefined ? [] : gateLine(' ', tone, '', unlock, width)),
    ];
  });
}

function typedText(id: Gate['id'], reason: string): string {
  if (id === 'confirmed') return 'its name is asked for next';
  return `${reason}: ${id === 'whole' ? 'its name' : 'their number'} is asked for next`;
}

const gateWidth = 20;

function gateLine(sign: string, tone: Tone, title: string, text: string, width: number): readonly Line[] {
  const head = [{text: `${sign} `, tone}, {text: title.padEnd(gateWidth)}];
  return hanging(head, text, width, sign === '✔' ? 'dim' : undefined);
}

function pair(name: string, text: string, width: number, tone?: Tone): readonly Line[] {
  return hanging([{text: name.padEnd(nameWidth), tone: 'dim'}], text, width, tone);
}
