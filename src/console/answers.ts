import {isActive} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import {notOpenHere} from './command-line.ts';
import type {CommandsOptions} from './commands.ts';
import {typedIn} from './confirm-dialog.ts';
import type {AcceptDialog, ConfirmDialog} from './dialog.ts';
import type {Setup} from './setup.ts';
import {recordOf, setupOf} from './shown-run.ts';
import {chosenSetup, type SetupView} from './state.ts';

/** Does what a dialog asked for and was answered with: to write, to write beyond the plan, to end a run for good. */
export class Answers {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** The typed confirmation was right. */
  confirmed(dialog: ConfirmDialog): void {
    const {send, work, setups, now} = this.#options;
    const state = this.#options.state();
    const shown = chosenSetup(state);
    const setup = setups.find(({name}) => name === shown?.name);
    const record = recordOf(state, dialog.plan);
    send({type: 'closed'});
    if (setup === undefined || record === null) return;
    if (record.finishedAt !== dialog.reviewed) {
      const text = 'the plan has changed since you reviewed it: nothing was written; open its review';
      send({type: 'told', notice: {level: 'error', text, at: now()}});
      return;
    }
    send({type: 'switched', to: 'runbook'});
    void work.goLive(setup, record, typedIn(dialog));
  }

  /** What was not in the reviewed plan was accepted. */
  accepted({run, acceptNew, acceptDrift}: AcceptDialog): void {
    const {send, work} = this.#options;
    const record = recordOf(this.#options.state(), run);
    const setup = record === null ? null : this.#setupOf(record);
    if (record === null || setup === null) return;
    send({type: 'switched', to: 'runbook'});
    void work.resume(setup, record, {acceptNew, acceptDrift});
  }

  cancelRun(run: string): void {
    const {work, send, now} = this.#options;
    const state = this.#options.state();
    const shown = chosenSetup(state);
    const record = recordOf(state, run);
    // It may have come to rest, or its process may have gone, while the question stood there.
    const isAtWork = state.runs[run]?.ended === null || (shown !== null && isAtWorkElsewhere(record, shown));
    const setup = record === null ? null : this.#setupOf(record);
    if (record === null || isAtWork) void work.stop(run, 'cancel');
    else if (setup !== null) void work.giveUp(setup, record);
    else {
      const text = notOpenHere(state.manner, ['headgate', 'cancel', run]);
      send({type: 'told', notice: {level: 'error', text, at: now()}});
    }
  }

  /** The setup that a run belongs to; null where its source and target are not open here. */
  #setupOf(record: RunRecord): Setup | null {
    const shown = setupOf(this.#options.state(), record);
    return this.#options.setups.find(({name}) => name === shown?.name) ?? null;
  }
}

function isAtWorkElsewhere(record: RunRecord | null, {facts}: SetupView): boolean {
  return record !== null && isActive(record.status) && facts?.gone.includes(record.id) !== true;
}
