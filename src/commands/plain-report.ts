import type {BackfillWords} from '../backfills/backfill.ts';
import {findBackfill, type RepositoryNouns} from '../backfills/registry.ts';
import type {CoverageGroup} from '../core/checks.ts';
import type {HostLimit, RunEvent} from '../core/event.ts';
import {hintOf, withFlags} from '../core/hint.ts';
import {printableKey} from '../core/keys.ts';
import {commandText, hostText, number, publicationText, scopeText} from '../core/words.ts';
import type {RunResult} from '../engine/execution.ts';
import {batchLines, type Verb, verbOf, verbs} from './batch-lines.ts';
import {FailureLines} from './failure-lines.ts';
import {breachLines, checkLine, coverageSection, figureLines, requestLines} from './measured-lines.ts';
import type {HeaderFacts, Report} from './report.ts';
import {type Every, everyLine, nounsOf, progressLine} from './repository-progress.ts';
import type {Surroundings} from './session.ts';
import {summaryLines} from './summary-lines.ts';
import {WaitingLines} from './waiting-lines.ts';

/** A folder answers no requests that anybody counts, or pays for. */
function isService({host, requests}: HostLimit): boolean {
  return requests > 0 && host !== 'local disk' && host !== 'ledger';
}

/** News of repositories, of which there may be thousands a second. */
function isOfRepositories({type}: RunEvent): boolean {
  return type === 'page' || type === 'partition' || type === 'discovered' || type === 'failure';
}

const rule = '='.repeat(50);
/** Hosts of which it is told that they went down or came back; all others are counted. */
const shownHosts = 20;
/** Lines for people: progress on standard error, results on standard output. */
export class PlainReport implements Report {
  readonly isForPrograms = false;
  #out: Surroundings['out'];
  readonly #err: Surroundings['err'];
  readonly #flags: readonly string[];
  readonly #isVerbose: boolean;
  #batches = 0;
  #failures: FailureLines;
  /** Of a run whose repositories are told in sum, and when that is due again. */
  #nouns: RepositoryNouns | null = null;
  #every: Every = everyLine(0);
  #hosts = 0;
  readonly #waits = new WaitingLines();
  #header: HeaderFacts = {};
  #coverage: CoverageGroup[] = [];
  #limits: readonly string[] = [];
  #bytesRead = 0;
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
    this.#failures = new FailureLines(null, isVerbose);
  }

  reserveOut(): void {
    this.#out = this.#err;
  }

  event(event: RunEvent): void {
    const {snapshot} = event;
    if (this.#nouns !== null && isOfRepositories(event) && this.#every.isDue(snapshot.at))
      this.#err(`${progressLine(snapshot, this.#nouns, this.#verb === verbs.undo)}\n`);
    switch (event.type) {
      case 'started':
        this.#begin(event);
        return;
      case 'page':
        this.#batches++;
        if (this.#nouns === null)
          for (const line of batchLines(event, this.#batches, this.#verb, this.#isVerbose))
            this.#err(`${line}\n`);
        return;
      case 'failure':
        for (const line of this.#failures.add(event)) this.#err(`${line}\n`);
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
        this.#err(`${event.level === 'warning' ? 'warning: ' : ''}${this.#shown(event.message)}\n`);
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
        this.#limits = requestLines(snapshot.limits.filter(isService), snapshot.at);
        this.#bytesRead = snapshot.bytesRead;
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
        this.#hosts++;
        if (this.#hosts <= shownHosts || this.#isVerbose) this.#err(`${hostText(event, snapshot.at)}\n`);
        if (this.#hosts === shownHosts + 1 && !this.#isVerbose)
          this.#err('further hosts that go down or answer again are only counted\n');
        return;
      case 'discovered':
        if (this.#isVerbose) this.#err(`${event.stream}: ${number(event.partitions)} found\n`);
        return;
      case 'moving':
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
    for (const line of this.#failures.end()) this.#err(`${line}\n`);
    const lines = summaryLines(result, {
      batches: this.#batches,
      repositories: this.#nouns?.repositories ?? null,
      bytesRead: this.#bytesRead,
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
    this.#err(`${this.#shown(line)}\n`);
  }

  failure(error: unknown): void {
    this.#err(`headgate: ${error instanceof Error ? error.message : String(error)}\n`);
    const hint = hintOf(error);
    if (hint !== undefined) this.#err(`${this.#shown(hint)}\n`);
  }

  next(why: string, words: readonly string[]): void {
    this.#out(`${why}:\n  ${commandText([...words, ...this.#flags])}\n`);
  }

  #shown(remedy: string): string {
    return withFlags(remedy, this.#flags);
  }

  #begin(event: Extract<RunEvent, {type: 'started'}>): void {
    this.#batches = 0;
    this.#hosts = 0;
    this.#nouns = nounsOf(event);
    this.#every = everyLine(event.snapshot.at);
    this.#failures = new FailureLines(this.#nouns, this.#isVerbose);
    this.#coverage = [];
    this.#isResumed = event.resumed;
    this.#hasNamedDrift = false;
    this.#verb = verbOf(event.snapshot.backfill, event.undoes);
    this.#banner(event);
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

  #showCoverage(words: BackfillWords): void {
    const lines = coverageSection(this.#coverage, words, this.#isVerbose);
    if (lines.length > 0) this.#out(`${lines.join('\n')}\n`);
    this.#coverage = [];
  }
}
