import {percent} from '../../core/checks.ts';
import {ageText, counted, modeText} from '../../core/words.ts';
import {barSpans} from '../bar.ts';
import {spread} from '../edges.ts';
import {flowOfSetup, runAtWork} from '../flow-of.ts';
import type {Layout} from '../layout.ts';
import type {Line, Span} from '../line.ts';
import {moveLabel} from '../move-words.ts';
import {progressOf} from '../progress.ts';
import {type ConsoleState, type SetupView, shownView} from '../state.ts';
import {statusTone} from '../status-tone.ts';
import {wrapText} from '../wrap.ts';
import {type Block, roomOf, type Screen} from './screen.ts';

/**
 * All backfills at a glance.
 *
 *     ╭ Backfills ───────────────────────────────────────────────────────────╮
 *     │ > asset-index     objects → files.content_hash                       │
 *     │     /srv/assets → asset-index.sqlite                                 │
 *     │     coverage ━━━━━━━━━━━━━━━━━━─  97.05 %   invariants 5 hold        │
 *     │     live completed 2 min ago                                         │
 *     ╰──────────────────────────────────────────────────────────────────────╯
 */
export function overviewScreen(state: ConsoleState, layout: Layout): Screen {
  const {width, height} = roomOf(layout, layout.rows);
  const {setups} = state;
  return {
    panels: [
      {
        title: 'Backfills',
        note: state.manner.isSandbox ? 'a sandbox of its own: nothing of yours is touched' : '',
        height: layout.rows,
        blocks:
          setups.length === 0
            ? [nothingYet(width)]
            : [setupRows(state, layout, width, height), ...introduction(state, width)],
      },
    ],
  };
}

/** For who sees the sandbox for the first time. */
function introduction({manner, setups}: ConsoleState, width: number): readonly Block[] {
  if (!manner.isSandbox || setups.some(({facts}) => facts?.newest != null)) return [];
  const text =
    'Here 2,238 files and an index that knows only some of them were made for you to try things on. The guided steps lead from a probe, which only looks, over a dry run, which only decides, to a live run, which writes, and verifies what it wrote. One file can not be read at first. ↵ opens the steps; ? explains the keys of every screen.';
  return [{type: 'lines', lines: [[], ...wrapText(text, width).map((part): Line => [{text: part}])]}];
}

function nothingYet(width: number): Block {
  const text = [
    'There is no backfill yet. Name a source and a target:',
    '',
    '  headgate console --source ./assets --target index.sqlite',
    '',
    'or write a config, in which every kind of place stands as an example:',
    '',
    '  headgate init',
    '',
    'To try everything on a world of its own, which touches nothing of yours:',
    '',
    '  headgate --sandbox',
  ];
  return {type: 'lines', lines: text.flatMap(line => wrapText(line, width).map(part => [{text: part}]))};
}

function setupRows(state: ConsoleState, layout: Layout, width: number, height: number): Block {
  const at = shownView(state).at;
  const each = state.setups.map((setup, index) => {
    const lines = setupLines(state, setup, layout, width);
    const marked = lines.map((line, row): Line => [{text: index === at && row === 0 ? '> ' : '  '}, ...line]);
    return layout.isCompact || state.setups.length * 5 > height ? marked : [...marked, []];
  });
  const before = each.slice(0, at).reduce((sum, lines) => sum + lines.length, 0);
  const chosen = each[at]?.length ?? 0;
  const all = each.flat();
  const start = Math.max(0, Math.min(before + chosen - height, before, all.length - height));
  const shown = Math.max(start, Math.min(before, all.length - height));
  return {type: 'lines', lines: all.slice(shown, shown + height)};
}

function setupLines(state: ConsoleState, setup: SetupView, layout: Layout, width: number): readonly Line[] {
  const inner = width - 2;
  const name: Span = {text: setup.name, tone: 'strong'};
  const title: Line = [name, {text: `   ${setup.title}`, tone: 'dim'}];
  const ends: Line = [{text: `  ${setup.source} → ${setup.target}`}];
  const needs = needsOf(state, setup);
  const last: Line = needs ?? lastRun(state, setup);
  const environment: Line =
    setup.environment === null ? [] : [{text: setup.environment, tone: environmentTone(setup.environment)}];
  if (layout.isCompact)
    return [
      spread(title, environment, inner),
      [{text: '  '}, ...measuredSpans(state, setup, 12)],
      [{text: '  '}, ...last],
    ];
  return [
    spread(title, environment, inner),
    ends,
    [{text: '  '}, ...measuredSpans(state, setup, Math.max(12, Math.min(40, inner - 50)))],
    [{text: '  '}, ...last],
  ];
}

function measuredSpans(state: ConsoleState, setup: SetupView, width: number): readonly Span[] {
  const coverage = coverageSpans(state, setup, width);
  const checks = checksSpans(setup);
  if (coverage.length + checks.length === 0)
    return [{text: 'coverage and invariants: not measured yet', tone: 'dim'}];
  return [
    ...(coverage.length === 0 ? [] : [{text: 'coverage '}, ...coverage, {text: '   '}]),
    ...(checks.length === 0 ? [] : [{text: 'invariants '}, ...checks]),
  ];
}

export function environmentTone(environment: string): 'bad' | 'dim' {
  return environment === 'sandbox' ? 'dim' : 'bad';
}

function coverageSpans(state: ConsoleState, setup: SetupView, width: number): readonly Span[] {
  const run = runAtWork(state, setup);
  if (run !== null && run.ended === null) {
    const {done, underWay, total, share} = progressOf(run, lastListed(setup));
    const said = share === null ? '' : `${Math.floor(share * 100)} %`;
    return [...barSpans(width, done, underWay, total), {text: ` ${said.padStart(8)}`}, {text: ' so far'}];
  }
  const whole = setup.facts?.coverage?.groups.find(({group}) => group === '*');
  if (whole === undefined) return [];
  const share = percent(whole.done, whole.total);
  return [
    ...barSpans(width, whole.done, 0, whole.total),
    {text: ` ${share.toFixed(2).padStart(6)} %`, ...(share === 100 ? {tone: 'good' as const} : {})},
  ];
}

/** What the run of this kind before listed: the best guess of what the next will. */
export function lastListed({facts, atWork}: SetupView): number | null {
  return atWork === null ? null : (facts?.took['dry-run']?.listed ?? null);
}

function checksSpans({facts}: SetupView): readonly Span[] {
  const checks = facts?.checks ?? [];
  if (checks.length === 0) return [];
  const broken = checks.filter(({result}) => result.count > 0 && result.severity === 'blocking').length;
  const warned = checks.filter(({result}) => result.count > 0 && result.severity === 'warning').length;
  if (broken > 0) return [{text: `✖ ${broken} broken`, tone: 'bad'}];
  const held = checks.length - warned;
  return [
    {text: `✔ ${counted(held, 'holds', 'hold')}`, tone: 'good'},
    ...(warned === 0 ? [] : [{text: `, ${counted(warned, 'warning')}`, tone: 'warn' as const}]),
  ];
}

function lastRun(state: ConsoleState, setup: SetupView): Line {
  const run = runAtWork(state, setup);
  if (run !== null && run.ended === null)
    return [{text: `● ${modeText({mode: run.snapshot.mode, undoes: run.undoes})} at work`, tone: 'accent'}];
  const newest = setup.facts?.newest ?? null;
  if (newest === null)
    return [
      {
        text: setup.facts === null ? 'looking …' : 'nothing was run yet: ↵ opens the guided steps',
        tone: 'dim',
      },
    ];
  return [
    {text: `${modeText(newest)} `},
    {text: newest.status, tone: statusTone(newest.status)},
    {text: ` ${ageText(newest.finishedAt ?? newest.createdAt, state.now)}`},
  ];
}

/** What waits for the operator, if anything does. */
function needsOf(state: ConsoleState, setup: SetupView): Line | null {
  const {link, facts} = setup;
  if (link.state === 'failed') return [{text: `✖ ${link.message}`, tone: 'bad'}];
  const {move, steps} = flowOfSetup(state, setup);
  const waiting = steps.findLast(({state: how}) => how === 'attention' || how === 'failed');
  if (waiting === undefined || facts === null) return null;
  return [
    {text: waiting.state === 'failed' ? '✖ ' : '! ', tone: waiting.state === 'failed' ? 'bad' : 'warn'},
    {text: `${waiting.says}`},
    ...(move.do === 'nothing' ? [] : [{text: ` · next: ${moveLabel(move)}`, tone: 'dim' as const}]),
  ];
}
