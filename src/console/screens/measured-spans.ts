import {counted, number} from '../../core/words.ts';
import {shareSpans} from '../bar.ts';
import {runAtWork} from '../flow-of.ts';
import {guessOf, lastListed} from '../last-listed.ts';
import type {Span} from '../line.ts';
import {progressOf} from '../progress.ts';
import {shareOf} from '../share.ts';
import {staleText} from '../stale.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {lineWidth} from '../text.ts';

const barWidth = {least: 8, most: 40};

/** `coverage ━━━━━━━━━─  97.05 %   invariants ✔ 5 hold`; the bar has what the words leave. */
export function measuredSpans(state: ConsoleState, setup: SetupView, width: number): readonly Span[] {
  const share = shareShown(state, setup);
  const checks = checksSpans(setup);
  const isAtWork = runAtWork(state, setup)?.ended === null;
  const stale = isAtWork ? null : staleOf(setup);
  if (share === null && checks.length === 0)
    return [{text: 'coverage and invariants: not measured yet', tone: 'dim'}];
  const late: readonly Span[] = stale === null ? [] : [{text: `  ${stale}`, tone: 'warn'}];
  const named: readonly Span[] = checks.length === 0 ? late : [{text: 'invariants '}, ...checks, ...late];
  if (share === null) return named;
  const head: Span = {text: `${share.of} `};
  const gap: Span = {text: '   '};
  const roomBeside = (spans: readonly Span[]) => width - lineWidth([head, share.says, gap, ...spans]);
  // What holds and what does not is understood without its name.
  const behind = roomBeside(named) < barWidth.least ? [...checks, ...late] : named;
  const room = Math.max(barWidth.least, Math.min(barWidth.most, roomBeside(behind)));
  return [head, ...shareSpans(room, share.done, share.begun), share.says, gap, ...behind];
}

interface ShareShown {
  readonly of: 'progress' | 'coverage';
  readonly done: number;
  readonly begun: number;
  readonly says: Span;
}

/** How far the run at work is; without one, the coverage as it was measured. */
function shareShown(state: ConsoleState, setup: SetupView): ShareShown | null {
  const run = runAtWork(state, setup);
  if (run !== null && run.ended === null) {
    const {done, share, begun} = progressOf(run, guessOf(run, lastListed(setup)));
    const said = share === null ? `${number(done)} so far` : `${Math.floor(share * 100)} %`;
    return {of: 'progress', done: share ?? 0, begun: begun ?? 0, says: {text: ` ${said.padStart(8)}`}};
  }
  const whole = setup.facts?.coverage?.groups.find(({group}) => group === '*');
  if (whole === undefined) return null;
  const {text, isWhole} = shareOf(whole);
  const done = whole.total === 0 ? 0 : whole.done / whole.total;
  const isGood = isWhole && staleOf(setup) === null;
  return {
    of: 'coverage',
    done,
    begun: done,
    says: {text: ` ${text.padStart(6)} %`, ...(isGood ? {tone: 'good' as const} : {})},
  };
}

/** Before what the figures were measured, where that is not how it stands any more. */
function staleOf(setup: SetupView): string | null {
  const coverage = setup.facts?.coverage ?? null;
  const newest = (setup.facts?.checks ?? []).toSorted((a, b) => b.at - a.at)[0] ?? null;
  const measured = coverage ?? newest;
  return measured === null ? null : staleText(setup, measured);
}

function checksSpans(setup: SetupView): readonly Span[] {
  const checks = setup.facts?.checks ?? [];
  if (checks.length === 0) return [];
  const broken = checks.filter(({result}) => result.count > 0 && result.severity === 'blocking').length;
  const warned = checks.filter(({result}) => result.count > 0 && result.severity === 'warning').length;
  if (broken > 0) return [{text: `✖ ${broken} broken`, tone: 'bad'}];
  const held = checks.length - warned;
  return [
    {text: `✔ ${counted(held, 'holds', 'hold')}`, ...(staleOf(setup) === null ? {tone: 'good'} : {})},
    ...(warned === 0 ? [] : [{text: `, ${counted(warned, 'warning')}`, tone: 'warn' as const}]),
  ];
}
