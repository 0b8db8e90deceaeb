import {changedOf, listedOf, type Tally} from '../core/accounting.ts';
import type {CoverageGroup} from '../core/checks.ts';
import type {Drift} from '../core/drift.ts';
import type {HostLimit, RunEvent} from '../core/event.ts';
import type {FailureKind} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {RunResult} from '../engine/execution.ts';
import {hintOf, type Report} from './report.ts';
import type {Surroundings} from './session.ts';
import {
  breachLines,
  bytesText,
  checkLine,
  commandText,
  counted,
  coverageLines,
  durationText,
  identityText,
  limitLine,
  modeText,
  number,
  scopeText,
} from './words.ts';

interface Verb {
  readonly done: string;
  readonly toDo: string;
}

/** What a run does to rows, for its batches and totals. */
const verbs = {
  write: {done: 'Updated', toDo: 'To update'},
  undo: {done: 'Put back', toDo: 'To put back'},
} satisfies Record<string, Verb>;

/** How the world differed from the plan, where it did. */
function driftLines({added, gone, changed}: Drift): readonly string[] {
  if (added + gone + changed === 0) return [];
  return [`Since the dry run: ${number(added)} added, ${number(gone)} gone, ${number(changed)} changed`];
}

/** A folder answers no requests that anybody counts, or pays for. */
function isService({host, requests}: HostLimit): boolean {
  return requests > 0 && host !== 'local disk' && host !== 'ledger';
}

const rule = '='.repeat(50);
/** Failures that are named one by one; all are in the ledger. */
const shownFailures = 20;
/** Coverage groups that are shown; all are in the ledger and in --json. */
const shownGroups = 20;

/** Lines for people: progress on standard error, results on standard output. */
export class PlainReport implements Report {
  readonly #out: Surroundings['out'];
  readonly #err: Surroundings['err'];
  readonly #flags: readonly string[];
  #batches = 0;
  #failures = 0;
  /** Told once each. */
  readonly #remedies = new Set<string>();
  #coverage: CoverageGroup[] = [];
  #limits: readonly string[] = [];
  #verb: Verb = verbs.write;
  #isResumed = false;
  #hasNamedDrift = false;

  constructor({out, err}: Pick<Surroundings, 'out' | 'err'>, flags: readonly string[]) {
    this.#out = out;
    this.#err = err;
    this.#flags = flags;
  }

  event(event: RunEvent): void {
    const {snapshot} = event;
    switch (event.type) {
      case 'started':
        this.#batches = 0;
        this.#failures = 0;
        this.#coverage = [];
        this.#isResumed = event.resumed;
        this.#hasNamedDrift = false;
        this.#verb = event.undoes === null ? verbs.write : verbs.undo;
        this.#banner(event);
        return;
      case 'page':
        this.#page(event.settled, snapshot.tally, snapshot.mode === 'dry-run');
        return;
      case 'failure':
        this.#failure(
          event.key === '' ? `partition ${event.partition}` : printableKey(event.key),
          event.fault.kind,
          event.fault.message,
        );
        return;
      case 'retrying':
        this.#err(
          `${event.host}: ${event.fault.message}; attempt ${event.attempt + 1} in ${durationText(event.waitMs / 1_000)}\n`,
        );
        return;
      case 'drift':
        if (!this.#hasNamedDrift)
          this.#err(
            `drift: decided otherwise than in the dry run: ${event.keys.slice(0, 3).map(printableKey).join(', ')}${event.keys.length > 3 ? ' …' : ''}\n`,
          );
        this.#hasNamedDrift = true;
        return;
      case 'note':
        this.#err(`${event.level === 'warning' ? 'warning: ' : ''}${event.message}\n`);
        return;
      case 'stopping':
        this.#err(`${event.reason.by === 'cancel' ? 'cancelling' : 'stopping'}: ${event.reason.message}\n`);
        return;
      case 'check':
        this.#out(
          [
            checkLine(event.result),
            ...(event.result.count === 0
              ? []
              : [...breachLines(event.result), `      ${event.result.recovery}`]),
            '',
          ].join('\n'),
        );
        return;
      case 'coverage':
        this.#coverage.push(event.group);
        return;
      case 'ended':
        this.#showCoverage();
        this.#limits = snapshot.limits.filter(isService).map(limit => limitLine(limit, snapshot.at));
        return;
      case 'probed':
        for (const {level, subject, message} of event.findings)
          this.#err(`  ${level === 'ok' ? '✔' : level === 'warning' ? '!' : '✖'} ${subject}: ${message}\n`);
        this.#err(`${rule}\n`);
        return;
      case 'partition':
      case 'listed':
      case 'returned':
        return;
      default:
        event satisfies never;
    }
  }

  summary({record, reason, seconds}: RunResult): void {
    const {tally} = record;
    const isDry = record.mode === 'dry-run';
    const label = modeText(record);
    const lines = [
      rule,
      `${label[0]?.toUpperCase()}${label.slice(1)} ${record.id} ${record.status}${reason === null ? '' : `: ${reason.message}`}`,
      `${this.#isResumed ? 'Batches this time' : 'Total batches'}: ${this.#batches}`,
      `Total ${(isDry ? this.#verb.toDo : this.#verb.done).toLowerCase()}: ${changedOf(tally)}`,
      `Total skipped: ${tally.unchanged + tally.skipped}`,
      `Total failed: ${tally.failed}`,
      identityText(tally, isDry),
      ...driftLines(record.drift),
      `${bytesText(tally.bytes)} read${isDry ? '' : `, ${counted(tally.rows, 'row')} written`}${this.#isResumed ? ' in all' : ''}; ${durationText(seconds)}${this.#isResumed ? ' this time' : ''}`,
    ];
    lines.push(...this.#limits);
    if (isDry && record.status !== 'paused' && changedOf(tally) === 0)
      lines.push(
        tally.failed === 0
          ? 'Nothing to change.'
          : `Nothing to change, but ${counted(tally.failed, 'item')} failed.`,
      );
    this.#out(`${lines.join('\n')}\n`);
  }

  data(_object: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
    for (const line of lines) this.#out(`${line}\n`);
  }

  note(line: string): void {
    this.#err(`${line}\n`);
  }

  failure(error: unknown): void {
    this.#err(`headgate: ${error instanceof Error ? error.message : String(error)}\n`);
    const hint = hintOf(error);
    if (hint !== undefined) this.#err(`${hint}\n`);
  }

  next(why: string, words: readonly string[]): void {
    this.#out(`${why}:\n  ${commandText([...words, ...this.#flags])}\n`);
  }

  #banner(event: Extract<RunEvent, {type: 'started'}>): void {
    const {backfill, mode, run} = event.snapshot;
    const isDry = event.label.startsWith('dry run');
    this.#err(
      [
        `${backfill} · ${isDry || event.label === mode ? event.label : `${mode} (${event.label})`} · run ${run}`,
        `  source  ${event.source}`,
        `  target  ${event.target}`,
        `  scope   ${scopeText(event.scope)}, in pages of ${number(event.pageItems)}`,
        '',
      ].join('\n'),
    );
  }

  #page(settled: Tally, total: Tally, isDry: boolean): void {
    this.#batches++;
    const updated = isDry ? this.#verb.toDo : this.#verb.done;
    const failed = settled.failed > 0 ? `, Failed: ${settled.failed}` : '';
    this.#err(
      [
        `=== Batch ${this.#batches} ===`,
        `${updated}: ${changedOf(settled)}, Skipped: ${settled.unchanged + settled.skipped}${failed}`,
        `Running totals: ${updated}=${changedOf(total)}, Skipped=${total.unchanged + total.skipped}, Failed=${total.failed}, Listed=${listedOf(total)}${total.pending === 0 ? '' : `, Pending=${total.pending}`}`,
        '',
      ].join('\n'),
    );
  }

  #failure(what: string, kind: FailureKind, message: string): void {
    this.#failures++;
    if (this.#failures <= shownFailures)
      this.#err(`failed (${kind}): ${message.startsWith(what) ? message : `${what}: ${message}`}\n`);
    const remedy = remedyFor({kind, message});
    if (!this.#remedies.has(remedy)) this.#err(`  ${remedy}\n`);
    this.#remedies.add(remedy);
    if (this.#failures === shownFailures + 1)
      this.#err('further failures are not named here: headgate failures lists them all\n');
  }

  #showCoverage(): void {
    if (this.#coverage.length === 0) return;
    const shown = this.#coverage.slice(0, shownGroups + 1);
    const width = Math.min(30, Math.max(...shown.map(({group}) => printableKey(group).length), 3));
    const rest = this.#coverage.length - shown.length;
    this.#out(
      [
        'coverage',
        ...shown.flatMap(group => coverageLines(group, width)),
        ...(rest > 0 ? [`  … and ${number(rest)} more groups`] : []),
        '',
      ].join('\n'),
    );
    this.#coverage = [];
  }
}
