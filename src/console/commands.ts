import type {FailureKind} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import type {Command} from './command.ts';
import type {ConsoleOptions} from './console-options.ts';
import {copyTextOf} from './copy-text.ts';
import type {AcceptDialog, Dialog} from './dialog.ts';
import {flowOfSetup} from './flow-of.ts';
import {kindToRetry} from './going-on.ts';
import {Lists} from './lists.ts';
import type {Message} from './message.ts';
import {moveAbout} from './move-about.ts';
import {Opening} from './opening.ts';
import {planDialog} from './plan-dialog.ts';
import {recoveryDialog} from './recovery-dialog.ts';
import {chosenCheck, firstBroken} from './rows.ts';
import {runToResume} from './run-to-resume.ts';
import {runToUndo} from './run-to-undo.ts';
import type {Setup} from './setup.ts';
import {recordOf, shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView, view} from './state.ts';
import {stoppableRun} from './stopping.ts';
import {Telling} from './telling.ts';
import type {Work} from './work.ts';

export interface CommandsOptions
  extends Pick<ConsoleOptions, 'engine' | 'ledger' | 'setups' | 'now' | 'terminal'> {
  readonly work: Work;
  readonly send: (message: Message) => void;
  readonly state: () => ConsoleState;
}

/** Requests at once that `+` and `-` allow more or fewer. */
const nudgeBy = 4;

/** Carries out commands that are available: what they start goes on by itself. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #lists: Lists;
  readonly #opening: Opening;
  readonly #telling: Telling;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#lists = new Lists(options);
    this.#telling = new Telling(options);
    this.#opening = new Opening({send: options.send, lists: this.#lists});
  }

  readHistory(): Promise<void> {
    return this.#lists.readHistory();
  }

  /** Lists are read when they are looked at, and no longer than that. */
  follow(before: ConsoleState): void {
    this.#lists.follow(before);
  }

  stop(): void {
    this.#lists.stop();
  }

  do(command: Command): void {
    const {send} = this.#options;
    const state = this.#options.state();
    const moved = moveAbout(state, command);
    if (moved !== null) {
      send(moved);
      return;
    }
    const shown = chosenSetup(state);
    const setup = this.#options.setups.find(({name}) => name === shown?.name);
    if (shown !== null && setup !== undefined) this.#ofSetup(state, shown, setup, command);
  }

  #askToAccept(run: string, accepting: Pick<AcceptDialog, 'acceptNew' | 'acceptDrift'>): void {
    this.#ask({type: 'accept', run, ...accepting, isYes: false});
  }

  #ofSetup(state: ConsoleState, shown: SetupView, setup: Setup, command: Command): void {
    const {work, send, terminal} = this.#options;
    const run = shownRun(state, shown);
    switch (command) {
      case 'open':
        this.#opening.open(state, shown);
        return;
      case 'go-on':
        this.#goOn(state, shown, setup);
        return;
      case 'probe':
        void work.looking.probe(setup);
        return;
      case 'dry-run':
      case 'fresh-dry-run':
        send({type: 'switched', to: 'runbook'});
        void work.rehearse(setup, {fresh: command === 'fresh-dry-run'});
        return;
      case 'recover':
        send({type: 'switched', to: 'runbook'});
        void work.rehearse(setup, {fresh: chosenCheck(state)?.result.recovers?.as === 'fresh dry-run'});
        return;
      case 'recovery':
        send({type: 'entered', view: view('recovery')});
        return;
      case 'look':
      case 'look-again':
        void work.recover(setup, null);
        return;
      case 'mend':
        this.#ask(recoveryDialog(shown));
        return;
      case 'give-up':
        work.giveUpRecovery(setup);
        return;
      case 'review':
        this.#review(state, shown, setup);
        return;
      case 'go-live':
        this.#ask(planDialog(shown));
        return;
      case 'resume':
      case 'accept':
        this.#resume(state, shown, setup, command === 'accept');
        return;
      case 'retry':
        this.#retry(shown, setup, null);
        return;
      case 'retry-kind':
        this.#retry(shown, setup, kindToRetry(state, shown));
        return;
      case 'undo':
        this.#undo(state);
        return;
      case 'verify':
        void work.verify(setup);
        return;
      case 'pause':
        if (run !== null) void work.stop(run.run, 'pause');
        return;
      case 'cancel':
        if (shown.isBeginning) work.giveUpBeginning(setup);
        else this.#askToCancel(state, shown);
        return;
      case 'faster':
        work.nudge(setup, nudgeBy);
        return;
      case 'slower':
        work.nudge(setup, -nudgeBy);
        return;
      case 'copy':
        this.#copy(state, shown, terminal.copy);
        return;
      default:
    }
  }

  #goOn(state: ConsoleState, shown: SetupView, setup: Setup): void {
    const {work, send} = this.#options;
    const {move} = flowOfSetup(state, shown);
    switch (move.do) {
      case 'probe':
        void work.looking.probe(setup);
        return;
      case 'dry-run':
        void work.rehearse(setup, {fresh: false});
        return;
      case 'review':
        this.#review(state, shown, setup);
        return;
      case 'verify':
        void work.verify(setup);
        return;
      case 'see-invariants':
        send({type: 'entered', view: {...view('invariants'), at: firstBroken(shown)}});
        return;
      case 'watch':
        send({type: 'entered', view: view('run', move.run)});
        return;
      case 'resume':
      case 'retry': {
        const record = recordOf(state, move.run);
        if (record === null) return;
        const {acceptNew, acceptDrift} = move.do === 'resume' ? move : {acceptNew: false, acceptDrift: false};
        if (acceptNew || acceptDrift) this.#askToAccept(move.run, {acceptNew, acceptDrift});
        else void work.resume(setup, record, {acceptNew, acceptDrift});
        return;
      }
      case 'nothing':
        return;
      default:
        move satisfies never;
    }
  }

  #review(state: ConsoleState, shown: SetupView, setup: Setup): void {
    const plan = shown.facts?.plan ?? null;
    if (plan === null) return;
    // On its own screen a newer plan takes the place of the one before.
    if (shownView(state).name !== 'review') this.#options.send({type: 'entered', view: view('review')});
    void this.#options.work.looking.review(setup, plan);
  }

  #resume(state: ConsoleState, shown: SetupView, setup: Setup, isAccepting: boolean): void {
    const record = runToResume(state, shown);
    if (record === null) return;
    const isDrift = record.stopReason?.by === 'drift' && record.status === 'paused';
    if (isAccepting) {
      this.#askToAccept(record.id, {acceptNew: !isDrift, acceptDrift: isDrift});
      return;
    }
    this.#options.send({type: 'switched', to: 'runbook'});
    void this.#options.work.resume(setup, record, {acceptNew: false, acceptDrift: false});
  }

  #retry({facts}: SetupView, setup: Setup, kind: FailureKind | null): void {
    const run = [facts?.plan, facts?.live].find(known => known?.id === facts?.open?.run) ?? null;
    if (run === null) return;
    this.#options.send({type: 'switched', to: 'runbook'});
    void this.#options.work.resume(setup, run, {acceptNew: false, acceptDrift: false, kind});
  }

  #undo(state: ConsoleState): void {
    const {send, work, setups} = this.#options;
    const found = runToUndo(state);
    const setup = setups.find(({name}) => name === found?.setup?.name);
    if (found === null || setup === undefined) return;
    this.#opening.choose(state, found.run.id);
    send({type: 'switched', to: 'runbook'});
    void work.rehearseUndo(setup, found.run);
  }

  /** Null where there is nothing to ask about. */
  #ask(dialog: Dialog | null): void {
    if (dialog !== null) this.#options.send({type: 'opened', dialog});
  }

  #askToCancel(state: ConsoleState, shown: SetupView): void {
    const found = stoppableRun(state, shown);
    this.#ask(found === null ? null : {type: 'cancel-run', run: found.id, isYes: false});
  }

  #copy(state: ConsoleState, shown: SetupView, copy: (text: string) => void): void {
    const text = copyTextOf(state, shown);
    if (text !== null) copy(text);
    this.#telling.tell(
      text === null ? 'error' : 'info',
      text === null ? 'there is no command that goes on from here' : `copied: ${printableKey(text)}`,
    );
  }
}
