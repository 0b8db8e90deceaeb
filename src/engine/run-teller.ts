import type {HostLimit, RunEvent, RunNews} from '../core/event.ts';
import type {RunStatus, StopReason} from '../core/run.ts';
import {madeText, unrecordedText} from './effect-words.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution} from './execution.ts';
import type {Hosts} from './hosts.ts';
import type {Limiter} from './limiter.ts';
import type {RunState} from './run-state.ts';
import {limitsOf, snapshotOf} from './snapshot.ts';

/** How old what events say of hosts may be. */
const limitsMs = 50;

export interface RunTellerOptions {
  readonly host: Pick<EngineHost, 'now' | 'observe'>;
  readonly execution: Execution;
  readonly state: RunState;
  readonly limiter: Pick<Limiter, 'rate'>;
  readonly hosts: Pick<Hosts, 'limits'>;
}

/** Tells whoever observes what happens in a run, each time with where the run stands. */
export class RunTeller {
  /** As events say it: a run that comes to rest says so before the ledger does. */
  status: RunStatus = 'running';
  readonly #options: RunTellerOptions;
  #limits: readonly HostLimit[] = [];
  #limitsAt = Number.NEGATIVE_INFINITY;

  constructor(options: RunTellerOptions) {
    this.#options = options;
  }

  limits(): readonly HostLimit[] {
    const {execution, hosts} = this.#options;
    return limitsOf(execution.connection.target, hosts);
  }

  emit(news: RunNews): void {
    const {host, execution, state, limiter} = this.#options;
    const at = host.now();
    // Of hundreds of hosts it would cost more to tell than what there is to tell.
    if (at - this.#limitsAt >= limitsMs || news.type === 'ended') {
      this.#limits = this.limits();
      this.#limitsAt = at;
    }
    const limits = {rate: limiter.rate, limits: this.#limits};
    const event: RunEvent = {...news, snapshot: snapshotOf(execution, state, limits, this.status, at)};
    host.observe(event);
  }

  /** What it has made outside of the target is told before its end: until a page is settled, no count says it. */
  ended(reason: StopReason | null, seconds: number): void {
    const {execution, state} = this.#options;
    const {words} = execution.connection.backfill;
    const underWay = state.underWay ?? undefined;
    for (const message of [madeText(words, underWay), unrecordedText(words, underWay, this.status)])
      if (message !== '') this.emit({type: 'note', level: 'info', message});
    this.emit({type: 'ended', reason, seconds});
  }
}
