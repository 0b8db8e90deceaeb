import {listedOf} from '../../core/accounting.ts';
import {repositoriesText} from '../../core/repository-counts.ts';
import {durationText, identityText, modeText, number} from '../../core/words.ts';
import {runAtWork} from '../flow-of.ts';
import {lastListed} from '../last-listed.ts';
import {etaOf} from '../pace.ts';
import {progressOf, waitText} from '../progress.ts';
import {type RepositoryRun, repositoriesEta, repositoryRunOf} from '../repository-run.ts';
import type {RunView} from '../run-view.ts';
import {etaText} from '../screens/progress-text.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {plainText} from './plain.ts';

/** What is said of runs, whatever screen is shown. */

/** Log lines that are said of one moment; the run's screen and the failures have all. */
const fewLines = 3;

/** What began, was stopped, or came to its end since. */
export function runTurns(before: ConsoleState, after: ConsoleState): readonly string[] {
  return Object.values(after.runs).flatMap(run => {
    const known = before.runs[run.run];
    const name = nameOf(run);
    if (run.ended !== null) return known === undefined || known.ended === null ? [endText(run)] : [];
    if (known === undefined || known.ended !== null) return [`${name} began: run ${run.run}.`];
    return run.stopping !== null && known.stopping === null
      ? [`${name} comes to rest: ${plainText(run.stopping.message)}`]
      : [];
  });
}

function endText(run: RunView): string {
  const {snapshot, ended} = run;
  const {tally, mode, status} = snapshot;
  return [
    `${nameOf(run)} ended: ${status}, after ${plainText(durationText(ended?.seconds ?? 0))}`,
    ...(mode === 'verify' ? [] : [identityText(tally, mode === 'dry-run')]),
    ...(ended?.reason == null ? [] : [plainText(ended.reason.message)]),
  ].join('. ');
}

export interface SaidProgress {
  /** The same where nothing has moved. */
  readonly text: string;
  /** What it waits for, if it does. */
  readonly wait: string | null;
}

/** How far each run of this process is. */
export function progressTexts(state: ConsoleState): readonly SaidProgress[] {
  return state.setups.flatMap(setup => {
    const run = runAtWork(state, setup);
    return run === null || run.ended !== null ? [] : [progressText(setup, run, state.now)];
  });
}

function progressText(setup: SetupView, run: RunView, now: number): SaidProgress {
  const wait = waitText(run, now);
  return {text: `${nameOf(run)}: ${doneText(setup, run)}`, wait: wait === null ? null : plainText(wait)};
}

/** `1,204 of 2,238, 53 %, 20 to 31 seconds left` */
function doneText(setup: SetupView, run: RunView): string {
  const {snapshot, checks, coverage} = run;
  if (snapshot.mode === 'verify' || checks.length + coverage.length > 0)
    return `measuring, ${number(checks.length)} invariants and ${number(coverage.length)} groups of coverage so far`;
  const {done, total, isSure, share} = progressOf(run, lastListed(setup));
  const repositories = repositoryRunOf(run);
  if (repositories !== null) return repositoriesSaid(run, repositories, share);
  const eta = total === null ? null : etaOf(run.pace, Math.max(0, total - done));
  const {failed} = snapshot.tally;
  return [
    total === null
      ? `${number(done)} done of ${number(listedOf(snapshot.tally))} listed so far`
      : `${number(done)} of ${isSure ? '' : 'about '}${number(total)}`,
    ...(share === null ? [] : [`${Math.floor(share * 100)} %`]),
    ...(eta === null ? [] : [plainText(etaText(eta))]),
    ...(failed === 0 ? [] : [`${number(failed)} failed`]),
  ].join(', ');
}

/** `1,204 of 5,000 repositories so far (4,100 resolved), 25,301 records, 3 hosts down` */
function repositoriesSaid(run: RunView, repositories: RepositoryRun, share: number | null): string {
  const {nouns} = repositories;
  const eta = repositoriesEta(run, repositories);
  return [
    plainText(repositoriesText(run.snapshot, nouns)),
    ...(share === null ? [] : [`${Math.floor(share * 100)} %`]),
    ...(eta === null ? [] : [plainText(etaText(eta))]),
  ].join(', ');
}

/** Warnings and errors of the log since then, the newest of them. */
export function newTroubles(state: ConsoleState, since: number): readonly string[] {
  const lines = Object.values(state.runs).flatMap(({log, ended}) =>
    // The last line of a run that has ended says that it has.
    (ended === null ? log : log.slice(0, -1)).filter(({at, level}) => level !== 'info' && at > since),
  );
  const left = lines.length - fewLines;
  return [
    ...(left > 0 ? [`${number(left)} more warnings and errors; the run's screen has them.`] : []),
    ...lines.slice(-fewLines).map(({text, level}) => `${level}: ${plainText(text)}`),
  ];
}

function nameOf({snapshot, undoes}: RunView): string {
  return `${modeText({mode: snapshot.mode, undoes})} of ${snapshot.backfill}`;
}
