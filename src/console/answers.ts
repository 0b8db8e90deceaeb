import {isActive} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Command} from './command.ts';
import {notOpenHere} from './command-line.ts';
import type {CommandsOptions} from './commands.ts';
import {typedIn} from './confirm-dialog.ts';
import type {AcceptDialog, ConfirmDialog} from './dialog.ts';
import {paletteRows} from './dialog-rows.ts';
import {typedForRecovery} from './recovery-dialog.ts';
import {isConfirmed} from './reduce-dialog.ts';
import type {Setup} from './setup.ts';
import {recordOf, setupOf} from './shown-run.ts';
import {chosenSetup, type SetupView} from './state.ts';

/** What answers lead to besides work. */
export interface AnswerTo {
  do(command: Command): void;
  leave(): void;
}

/** Does what a dialog asked for and was answered with: to write, to write beyond the plan, to end a run for good. */
export class Answers {
  readonly #options: CommandsOptions;
  readonly #to: AnswerTo;

  constructor(options: CommandsOptions, to: AnswerTo) {
    this.#options = options;
    this.#to = to;
  }

  /** Enter, or yes: the answer of whatever dialog is open. */
  submit(isYes: boolean): void {
    const {send} = this.#options;
    const state = this.#options.state();
    const {dialog} = state;
    if (dialog === null) {
      send({type: 'filtering', is: false});
      return;
    }
    switch (dialog.type) {
      case 'palette': {
        const row = paletteRows(state, dialog)[dialog.at];
        if (row?.availability !== 'now') return;
        send({type: 'closed'});
        this.#to.do(row.command);
        return;
      }
      case 'quit':
        send({type: 'closed'});
        if (isYes || dialog.isYes) this.#to.leave();
        return;
      case 'accept':
        send({type: 'closed'});
        if (isYes || dialog.isYes) this.#accepted(dialog);
        return;
      case 'cancel-run':
        send({type: 'closed'});
        if (isYes || dialog.isYes) this.#cancelRun(dialog.run);
        return;
      case 'confirm':
        if (dialog.focus === 'cancel') send({type: 'closed'});
        else if (isConfirmed(dialog)) this.#confirmed(dialog);
        else send({type: 'mistaken'});
        return;
      case 'help':
      case 'trouble':
        send({type: 'closed'});
        return;
      default:
        dialog satisfies never;
    }
  }

  /** The typed confirmation was right. */
  #confirmed(dialog: ConfirmDialog): void {
    const {send, work, setups, now} = this.#options;
    const state = this.#options.state();
    const shown = chosenSetup(state);
    const setup = setups.find(({name}) => name === shown?.name);
    send({type: 'closed'});
    if (dialog.plan === null) {
      if (setup !== undefined) void work.recover(setup, typedForRecovery(dialog));
      return;
    }
    const record = recordOf(state, dialog.plan);
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
  #accepted({run, acceptNew, acceptDrift}: AcceptDialog): void {
    const {send, work} = this.#options;
    const record = recordOf(this.#options.state(), run);
    const setup = record === null ? null : this.#setupOf(record);
    if (record === null || setup === null) return;
    send({type: 'switched', to: 'runbook'});
    void work.resume(setup, record, {acceptNew, acceptDrift});
  }

  #cancelRun(run: string): void {
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
