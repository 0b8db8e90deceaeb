import type {Tally} from '../core/accounting.ts';
import {partWord} from '../core/words.ts';
import type {Lists} from './lists.ts';
import type {Message} from './message.ts';
import {chosenListRow, chosenRow, runRows} from './rows.ts';
import {recordOf, setupOf, shownRun} from './shown-run.ts';
import {type ConsoleState, type SetupView, shownView, view} from './state.ts';

export interface OpeningOptions {
  readonly send: (message: Message) => void;
  readonly lists: Pick<Lists, 'openMissing' | 'openPart' | 'openFailed'>;
}

/** What Enter leads to from a row: the screen of what it names, or the list behind its number. */
export class Opening {
  readonly #options: OpeningOptions;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  open(state: ConsoleState, shown: SetupView): void {
    const {send, lists} = this.#options;
    const row = chosenRow(state);
    if (row === null) return;
    switch (shownView(state).name) {
      case 'overview':
        send({type: 'entered', view: view('runbook')});
        return;
      case 'history':
        this.choose(state, row);
        send({type: 'entered', view: view('run', row)});
        return;
      case 'invariants':
        send({type: 'entered', view: view('invariant', row)});
        return;
      case 'coverage':
        void lists.openMissing(shown, row);
        return;
      case 'failures':
        this.#openFailed(state, shown);
        return;
      case 'run': {
        const run = shownRun(state, shown);
        const part = runRows.find(known => known === row);
        if (run === null || part === undefined) return;
        const word = partWord(part satisfies keyof Tally, run.snapshot.mode === 'dry-run');
        void lists.openPart(run.run, run.snapshot.mode, part, `${word}: ${run.run}`);
        return;
      }
      default:
    }
  }

  #openFailed(state: ConsoleState, {facts}: SetupView): void {
    const kind = chosenListRow(state)?.kind;
    if (facts?.open == null || kind === undefined) return;
    void this.#options.lists.openFailed(facts.open.run, kind);
  }

  /** What is looked at next is about the run's own source and target. */
  choose(state: ConsoleState, id: string): void {
    const run = recordOf(state, id);
    const setup = run === null ? null : setupOf(state, run);
    if (setup !== null) this.#options.send({type: 'chosen', setup: state.setups.indexOf(setup)});
  }
}
