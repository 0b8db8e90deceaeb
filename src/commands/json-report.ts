import {listedOf} from '../core/accounting.ts';
import {percent} from '../core/checks.ts';
import type {RunEvent} from '../core/event.ts';
import {hintOf, withFlags} from '../core/hint.ts';
import type {RunResult} from '../engine/execution.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Report} from './report.ts';
import {type Every, everyObject, nounsOf, progressObject} from './repository-progress.ts';
import type {Surroundings} from './session.ts';

/** One event a line, on standard output. */
export class JsonReport implements Report {
  readonly isForPrograms = true;
  readonly #out: Surroundings['out'];
  readonly #flags: readonly string[];
  /** Of a run of repositories: when it is told again how far they are. */
  #every: Every | null = null;
  #isUndo = false;

  constructor({out}: Pick<Surroundings, 'out'>, flags: readonly string[]) {
    this.#out = out;
    this.#flags = flags;
  }

  event(event: RunEvent): void {
    if (event.type === 'started') this.#begin(event);
    if (this.#every === null) this.#line(eventObject(event));
    else this.#ofRepositories(event, this.#every);
  }

  /** Each that ends is told, and every second how far all are: of their pages there would be tens of thousands. */
  #ofRepositories(event: RunEvent, every: Every): void {
    const {snapshot, type} = event;
    if (every.isDue(snapshot.at) || type === 'ended') this.#line(progressObject(snapshot, this.#isUndo));
    if (type !== 'page' && type !== 'listed') this.#line(eventObject(event));
  }

  #begin(event: Extract<RunEvent, {type: 'started'}>): void {
    this.#isUndo = event.undoes !== null;
    this.#every = nounsOf(event) === null ? null : everyObject(event.snapshot.at);
  }

  summary({record, reason, seconds}: RunResult): void {
    this.#line(summaryObject(record, seconds, reason?.message));
  }

  data(object: Readonly<Record<string, unknown>>): void {
    this.#line(object);
  }

  reserveOut(): void {}

  header(): void {}

  heading(): void {}

  note(): void {}

  failure(error: unknown): void {
    const hint = hintOf(error);
    this.#line({
      type: 'error',
      message: error instanceof Error ? error.message : String(error),
      ...(hint === undefined ? {} : {hint: withFlags(hint, this.#flags)}),
    });
  }

  next(_why: string, words: readonly string[]): void {
    this.#line({type: 'next', command: [...words, ...this.#flags]});
  }

  #line(object: Readonly<Record<string, unknown>>): void {
    this.#out(`${JSON.stringify(object)}\n`);
  }
}

function eventObject(event: RunEvent): Readonly<Record<string, unknown>> {
  const {snapshot, ...news} = event;
  const {run, mode, at} = snapshot;
  switch (news.type) {
    case 'check': {
      const {id, severity, count, sample, title, note} = news.result;
      return {type: 'check', id, severity, count, sample, title, ...(note === undefined ? {} : {note}), run};
    }
    case 'figures': {
      const {title, figures} = news.summary;
      return {type: 'figures', title, figures, run};
    }
    case 'coverage': {
      const {group, done, total, at: measuredAt, ...more} = news.group;
      return {
        type: 'coverage',
        group,
        done,
        total,
        percent: percent(done, total),
        at: measuredAt,
        ...more,
        run,
      };
    }
    case 'page': {
      const {settled, ...page} = news;
      return {...page, listed: listedOf(settled), ...settled, run, mode, at};
    }
    case 'ended':
      return {
        ...news,
        run,
        mode,
        backfill: snapshot.backfill,
        status: snapshot.status,
        limits: snapshot.limits,
        at,
      };
    case 'started':
      return {...news, run, mode, backfill: snapshot.backfill, status: snapshot.status, at};
    default:
      return {...news, run, at};
  }
}

export function summaryObject(
  record: RunRecord,
  seconds: number,
  reason?: string,
): Readonly<Record<string, unknown>> {
  const {tally, partitions, drift} = record;
  return {
    type: 'summary',
    backfill: record.backfill,
    mode: record.mode,
    status: record.status,
    listed: listedOf(tally),
    inserted: tally.inserted,
    updated: tally.updated,
    deleted: tally.deleted,
    unchanged: tally.unchanged,
    skipped: tally.skipped,
    failed: tally.failed,
    pending: tally.pending,
    bytes: tally.bytes,
    seconds,
    run: record.id,
    rows: tally.rows,
    partitions,
    drift,
    label: record.label,
    ...(reason === undefined ? {} : {reason}),
  };
}
