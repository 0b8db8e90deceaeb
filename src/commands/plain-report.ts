import type {BackfillWords} from '../backfills/backfill.ts';
import {findBackfill} from '../backfills/registry.ts';
import {changedOf, listedOf} from '../core/accounting.ts';
import type {CoverageGroup} from '../core/checks.ts';
import type {HostLimit, RunEvent} from '../core/event.ts';
import type {FailureKind} from '../core/failure.ts';
import {hintOf} from '../core/hint.ts';
import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import {commandText, hostText, number, publicationText, scopeText} from '../core/words.ts';
import type {RunResult} from '../engine/execution.ts';
import {breachLines, checkLine, coverageLines, figureLines, limitLine} from './measured-lines.ts';
import type {HeaderFacts, Report} from './report.ts';
import type {Surroundings} from './session.ts';
import {summaryLines} from './summary-lines.ts';
import {WaitingLines} from './waiting-lines.ts';

interface Verb {
  readonly done: string;
  readonly toDo: string;
}

/** What a run does to rows, for its batches and totals. */
const verbs = {
  write: {done: 'Updated', toDo: 'To update'},
  undo: {done: 'Put back', toDo: 'To put back'},
} satisfies Record<string, Verb>;

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
  readonly isForPrograms = false;
  #out: Surroundings['out'];
  readonly #err: Surroundings['err'];
  readonly #flags: readonly string[];
  readonly #isVerbose: boolean;
  #batches = 0;
  #failures = 0;
  /** Told once each, behind the failures. */
  readonly #remedies = new Set<string>();
  readonly #waits = new WaitingLines();
  #header: HeaderFacts = {};
  #coverage: CoverageGroup[] = [];
  #limits: readonly string[] = [];
  #verb: Verb = verbs.write;
  #isResumed = false;
  #hasNamedDrift = false;

  constructor(
    {out, err}: Pick<Surroundings, 'out' | 'err'>,
    flags: readonly string[],
    {isVerbose = false}: {readonly isVerbose?: boolean} = {},
  ) {
    this.#out = out;
    this.#err = err;
    this.#flags = flags;
    this.#isVerbose = isVerbose;
  }

  reserveOut(): void {
    this.#out = this.#err;
  }

  event(event: RunEvent): void {
    const {snapshot} = event;
    switch (event.type) {
      case 'started':
        this.#batches = 0;
        this.#failures = 0;
        this.#remedies.clear();
        this.#coverage = [];
        this.#isResumed = event.resumed;
        this.#hasNamedDrift = false;
        this.#verb = event.undoes === null ? verbs.write : verbs.undo;
        this.#banner(event);
        return;
      case 'page':
        this.#page(event, snapshot.mode === 'dry-run');
        return;
      case 'failure':
        this.#failure(
          event.key === '' ? `partition ${event.partition}` : printableKey(event.key),
          event.fault.kind,
          event.fault.message,
        );
        return;
      case 'retrying':
        this.#waiting(event);
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
            checkLine(event.result, findBackfill(snapshot.backfill).words.rows),
            ...(event.result.count === 0
              ? []
              : [...breachLines(event.result), `      ${event.result.recovery}`]),
            '',
          ].join('\n'),
        );
        return;
      case 'figures':
        this.#out(`${figureLines(event.summary).join('\n')}\n`);
        return;
      case 'coverage':
        this.#coverage.push(event.group);
        return;
      case 'ended':
        this.#showCoverage(findBackfill(snapshot.backfill).words);
        this.#limits = snapshot.limits.filter(isService).map(limit => limitLine(limit, snapshot.at));
        return;
      case 'probed':
        for (const {level, subject, message} of event.findings)
          this.#err(`  ${level === 'ok' ? '✔' : level === 'warning' ? '!' : '✖'} ${subject}: ${message}\n`);
        this.#err(`${rule}\n`);
        return;
      case 'publication':
        if (event.state !== 'staged' || this.#isVerbose) this.#err(`${publicationText(event)}\n`);
        return;
      case 'host':
        this.#err(`${hostText(event, snapshot.at)}\n`);
        return;
      case 'discovered':
        if (this.#isVerbose) this.#err(`${event.stream}: ${number(event.partitions)} found\n`);
        return;
      case 'partition':
      case 'listed':
      case 'returned':
        if (this.#isVerbose)
          this.#err(
            `${event.partition}: ${'state' in event ? event.state : `${number(event.items)} ${event.type}`}\n`,
          );
        return;
      default:
        event satisfies never;
    }
  }

  summary(result: RunResult): void {
    const isDry = result.record.mode === 'dry-run';
    for (const remedy of this.#remedies) this.#err(`${remedy}\n`);
    const lines = summaryLines(result, {
      batches: this.#batches,
      isResumed: this.#isResumed,
      verb: isDry ? this.#verb.toDo : this.#verb.done,
      limits: this.#limits,
    });
    this.#out(`${[rule, ...lines].join('\n')}\n`);
  }

  header(facts: HeaderFacts): void {
    this.#header = {...this.#header, ...facts};
  }

  data(_object: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
    for (const line of lines) this.#out(`${line}\n`);
  }

  heading(line: string): void {
    this.#out(`${line}\n`);
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
    const {target = event.target, plan, gates} = this.#header;
    const isDry = event.label.startsWith('dry run');
    this.#err(
      [
        `${backfill} · ${isDry || event.label === mode ? event.label : `${mode} (${event.label})`} · run ${run}`,
        ...(event.source === '' ? [] : [`  source  ${event.source}`]),
        `  target  ${target}`,
        `  scope   ${scopeText(event.scope)}, in pages of ${number(event.pageItems)}`,
        ...(plan === undefined ? [] : [`  plan    ${plan}`]),
        ...(gates === undefined ? [] : [`  gates   ${gates}`]),
        '',
      ].join('\n'),
    );
    this.#header = {target};
  }

  #waiting(event: Extract<RunEvent, {type: 'retrying'}>): void {
    const line = this.#waits.add(event);
    if (line !== null) this.#err(`${line}\n`);
  }

  #page(
    {settled, cursor, snapshot: {tally: total}}: Extract<RunEvent, {type: 'page'}>,
    isDry: boolean,
  ): void {
    this.#batches++;
    const updated = isDry ? this.#verb.toDo : this.#verb.done;
    const failed = settled.failed > 0 ? `, Failed: ${number(settled.failed)}` : '';
    const pending = settled.pending > 0 ? `, Pending: ${number(settled.pending)}` : '';
    this.#err(
      [
        `=== Batch ${this.#batches} ===`,
        `${updated}: ${number(changedOf(settled))}, Skipped: ${number(settled.unchanged + settled.skipped)}${failed}${pending}`,
        `Running totals: ${updated}=${number(changedOf(total))}, Skipped=${number(total.unchanged + total.skipped)}, Failed=${number(total.failed)}, Listed=${number(listedOf(total))}${total.pending === 0 ? '' : `, Pending=${number(total.pending)}`}`,
        ...(this.#isVerbose ? [`  up to ${printableKey(cursor)}`] : []),
        '',
      ].join('\n'),
    );
  }

  #failure(what: string, kind: FailureKind, message: string): void {
    this.#failures++;
    if (this.#failures <= shownFailures || this.#isVerbose)
      this.#err(`failed (${kind}): ${message.startsWith(what) ? message : `${what}: ${message}`}\n`);
    const remedy = remedyFor({kind, message});
    this.#remedies.add(`${kind}: ${remedy}`);
    if (this.#failures === shownFailures + 1 && !this.#isVerbose)
      this.#err('further failures are not named here: headgate failures lists them all\n');
  }

  #showCoverage(words: BackfillWords): void {
    if (this.#coverage.length === 0) return;
    const shown = this.#isVerbose ? this.#coverage : this.#coverage.slice(0, shownGroups + 1);
    const width = Math.min(30, Math.max(...shown.map(({group}) => printableKey(group).length), 3));
    const rest = this.#coverage.length - shown.length;
    this.#out(
      [
        'coverage',
        ...shown.flatMap(group => coverageLines(group, words, width)),
        ...(rest > 0 ? [`  … and ${number(rest)} more groups`] : []),
        '',
      ].join('\n'),
    );
    this.#coverage = [];
  }
}
