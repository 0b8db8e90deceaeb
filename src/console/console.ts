import {createStore, type StoreApi} from 'zustand/vanilla';
import type {RunEvent} from '../core/event.ts';
import {watchSeconds} from '../engine/recovery-options.ts';
import {Answers} from './answers.ts';
import {availabilityOf} from './availability.ts';
import {Coalescer} from './coalescer.ts';
import type {Command} from './command.ts';
import {Commands} from './commands.ts';
import type {ConsoleOptions, Leaving} from './console-options.ts';
import type {Dialog} from './dialog.ts';
import type {Message} from './message.ts';
import {placeOf, takesText} from './place.ts';
import {pressedOn} from './pressed.ts';
import {reduce} from './reduce.ts';
import {viewOfSetup} from './setup.ts';
import {type ConsoleState, view} from './state.ts';
import {troubleOf} from './trouble.ts';
import {wholeScreen} from './whole-screen.ts';
import {Work} from './work.ts';

/** Dialogs that ask before something is done for good. */
const asks: readonly Dialog['type'][] = ['confirm', 'quit', 'cancel-run', 'accept', 'trouble'];

const tickMs = 1_000;
/** How often the ledger is asked what other processes do. */
const pollTicks = 2;

/**
 * The console without its screens: keys and run events come in, a state comes out. Keys become commands by the one key
 * table; commands that only move about become messages, all others go to the engine by `commands.ts`.
 */
export class Console {
  readonly store: StoreApi<ConsoleState>;
  readonly work: Work;
  /** Settles when the operator has left, and everything is at rest. */
  readonly left: Promise<Leaving>;
  readonly #options: ConsoleOptions;
  readonly #feed: Coalescer<RunEvent>;
  readonly #commands: Commands;
  readonly #answers: Answers;
  #leave: (leaving: Leaving) => void = () => undefined;
  #stopTicking: () => void = () => undefined;
  #ticks = 0;
  #isPolling = false;

  constructor(options: ConsoleOptions) {
    const {engine, ledger, setups, manner, size, now, schedule} = options;
    this.#options = options;
    this.store = createStore<ConsoleState>(() => ({
      size,
      now: now(),
      manner,
      setups: setups.map(viewOfSetup),
      chosen: 0,
      views: [view('overview')],
      dialog: null,
      notice: null,
      runs: {},
      history: [],
      lists: {},
      isLeaving: false,
    }));
    this.#feed = new Coalescer<RunEvent>({
      deliver: events => this.send({type: 'events', events}),
      failed: error => this.send({type: 'told', notice: {level: 'error', text: String(error), at: now()}}),
      isUrgent: ({type}) => type === 'ended',
      schedule,
      now,
    });
    const send = (message: Message) => this.send(message);
    this.work = new Work({engine, ledger, now, send, watchSeconds: options.watchSeconds ?? watchSeconds});
    const carrying = {...options, work: this.work, send, state: () => this.store.getState()};
    this.#commands = new Commands(carrying);
    this.#answers = new Answers(carrying, {
      do: command => this.do(command),
      leave: () => this.#interrupt('operator'),
    });
    this.left = new Promise(resolve => {
      this.#leave = resolve;
    });
  }

  /** What the engine tells of its runs. */
  observe(event: RunEvent): void {
    this.#feed.push(event);
  }

  send(message: Message): void {
    const before = this.store.getState();
    this.store.setState(state => reduce(state, message), true);
    this.#commands.follow(before);
  }

  /** Begins to look: what is opened here may take its time, while the screen is there. */
  start(): void {
    this.#tick();
    for (const setup of this.#options.setups) void this.work.looking.look(setup);
    void this.#commands.readHistory();
  }

  /** Ends looking. What is at work is the caller's to wait for. */
  stop(): void {
    this.#stopTicking();
    this.#feed.flush();
    this.#feed.stop();
    this.#commands.stop();
  }

  /** The strokes of one read of the keyboard. */
  press(strokes: readonly string[]): void {
    const text = strokes.findIndex(stroke => stroke !== 'enter');
    for (const [index, stroke] of strokes.entries()) {
      const {dialog} = this.store.getState();
      // A line break behind text in one read may have been pasted with it: where something dangerous is confirmed it is no Enter.
      if (dialog?.type === 'confirm' && stroke === 'enter' && text !== -1 && text < index) continue;
      this.#pressOne(stroke);
      // What came together with the key that opened a question can't be the answer to it.
      const now = this.store.getState().dialog;
      if (now !== null && now.type !== dialog?.type && asks.includes(now.type)) return;
    }
  }

  paste(text: string): void {
    if (takesText(placeOf(this.store.getState())))
      this.send({type: 'edited', action: {type: 'insert', text}});
  }

  /** A signal: everything comes to rest, and then the console is left. */
  interrupt(): void {
    this.#interrupt('interrupt');
  }

  #pressOne(stroke: string): void {
    const state = this.store.getState();
    const pressed = pressedOn(state, stroke);
    if (pressed.type === 'edit') {
      this.send({type: 'edited', action: pressed.action});
      return;
    }
    // What was told is read by whoever presses the next key.
    if (state.notice !== null) this.send({type: 'told', notice: null});
    if (pressed.type === 'command') this.do(pressed.command);
    if (pressed.type === 'refused')
      this.send({type: 'told', notice: {level: 'error', text: pressed.text, at: this.#options.now()}});
  }

  /** Nothing is done that is not available now, whoever asks. */
  do(command: Command): void {
    if (availabilityOf(this.store.getState(), command) !== 'now') return;
    switch (command) {
      case 'quit':
        this.#quit();
        return;
      case 'interrupt':
        this.#interrupt('interrupt');
        return;
      case 'submit':
      case 'yes':
        this.#answers.submit(command === 'yes');
        return;
      case 'redraw':
        this.#options.terminal.redraw();
        return;
      case 'page':
        this.#page();
        return;
      case 'suspend':
        this.#options.terminal
          .suspend()
          .catch((error: unknown) => this.#trouble('The shell could not be reached', error));
        return;
      default:
        this.#commands.do(command);
    }
  }

  #page(): void {
    const {terminal} = this.#options;
    terminal
      .page(wholeScreen(this.store.getState()))
      .catch((error: unknown) => this.#trouble('No pager', error));
  }

  #trouble(title: string, error: unknown): void {
    this.send({type: 'opened', dialog: {type: 'trouble', title, ...troubleOf(error)}});
  }

  #quit(): void {
    // It comes to rest already; only a second Ctrl+C leaves at once.
    if (this.store.getState().isLeaving) return;
    if (this.work.isAtWork) this.send({type: 'opened', dialog: {type: 'quit', isYes: false}});
    else this.#leave({by: 'operator'});
  }

  #interrupt(by: 'operator' | 'interrupt'): void {
    if (this.store.getState().isLeaving) {
      this.#leave({by: 'now'});
      return;
    }
    this.send({type: 'leaving'});
    void this.work.interrupt().then(isAtRest => this.#leave({by: isAtRest ? by : 'unfinished'}));
  }

  #tick(): void {
    const {now, schedule} = this.#options;
    this.#stopTicking = schedule(() => {
      this.send({type: 'ticked', at: now(), limits: this.work.limits()});
      this.#ticks++;
      if (this.#ticks % pollTicks === 0) this.#poll();
      this.#tick();
    }, tickMs);
  }

  /** One look at a time: a ledger that is slow is not asked ever more. */
  #poll(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    const looks = this.#options.setups.map(setup => this.work.looking.refresh(setup));
    void Promise.all([...looks, this.#commands.readHistory()]).finally(() => {
      this.#isPolling = false;
    });
  }
}
