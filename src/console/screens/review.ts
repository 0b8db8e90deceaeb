import {repositoryNouns} from '../../backfills/registry.ts';
import {ageText, counted} from '../../core/words.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {closedBefore} from '../../runbook/flow-state.ts';
import {failedText} from '../../runbook/open-counts.ts';
import {readOf, reviewable} from '../going-on.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {type ConsoleState, chosenSetup, type Manner, type SetupView, shownView} from '../state.ts';
import {summaryHeight} from '../summary.ts';
import {countsTable} from './counts-table.ts';
import {factLines, pair} from './review-facts.ts';
import {gateLines} from './review-gates.ts';
import {frameOf, roomOf, type Screen, scrolled, seenText} from './screen.ts';
import {paragraph} from './wrapped.ts';

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
    ...factLines(manner, loaded.review, plan, width),
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
