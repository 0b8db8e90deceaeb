import type {StoreApi} from 'zustand/vanilla';
import {readsTarget} from '../../src/backfills/registry.ts';
import type {Schedule} from '../../src/console/coalescer.ts';
import {Console} from '../../src/console/console.ts';
import {flowOfSetup} from '../../src/console/flow-of.ts';
import type {Setup} from '../../src/console/setup.ts';
import {
  type ConsoleState,
  chosenSetup,
  type Manner,
  type SetupView,
  shownView,
} from '../../src/console/state.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {Flow} from '../../src/runbook/flow.ts';
import {type Bench, type BenchOptions, makeBench, scopeWith} from '../support/engine.ts';
import {until} from '../support/until.ts';

/** A console on a bench: a real engine, ledger, SQLite target and folder, moved by strokes alone. */
export interface Driven extends Bench {
  readonly model: Console;
  readonly store: StoreApi<ConsoleState>;
  readonly setup: Setup;
  /** Texts that were put on the clipboard. */
  readonly copied: readonly string[];
  /** Timers that wait, oldest first; nothing calls them but the test. */
  readonly timers: {readonly run: () => void; readonly ms: number}[];
  state(): ConsoleState;
  shown(): SetupView;
  flow(): Flow;
  view(): string;
  /** Each a read of the keyboard of its own. */
  keys(...strokes: readonly string[]): void;
  /** Letter by letter. */
  type(text: string): void;
  /** Two polls of the ledger are this many ticks. */
  tick(): void;
  until(isSo: (driven: Driven) => boolean): Promise<void>;
  /** Nothing is at work, and what came of it is known. */
  atRest(): Promise<void>;
  /** The runs of the ledger, newest first. */
  runs(): Promise<readonly RunRecord[]>;
}

export interface DriveOptions extends BenchOptions {
  readonly manner?: Partial<Manner>;
  readonly environment?: string;
  /** Another backfill than that of the bench, between ends of its own. */
  readonly connection?: RunConnection;
  /** What its runs are narrowed to, where that is not by keys. */
  readonly scope?: unknown;
  readonly watchSeconds?: number;
  /** On top of that of the bench, for what is opened late or not at all. */
  readonly open?: (open: Setup['open']) => Setup['open'];
}

export async function drive(options: DriveOptions = {}): Promise<Driven> {
  let model: Console | null = null;
  const bench = await makeBench({...options, observe: event => model?.observe(event)});
  const {ledger} = bench;
  const connection = options.connection ?? bench.connection;
  const opens = () => Promise.resolve({...connection, target: {...connection.target, environment}});
  const environment = options.environment ?? null;
  const setup: Setup = {
    name: connection.backfill.id,
    backfill: connection.backfill,
    sourceLabel: connection.source.label,
    targetLabel: connection.target.label,
    environment,
    prefix: '',
    open: options.open?.(opens) ?? opens,
    scope: () =>
      readsTarget(connection.backfill) || options.scope !== undefined
        ? connection.backfill.scope.parse(options.scope ?? {})
        : scopeWith(),
  };
  const timers: {readonly run: () => void; readonly ms: number}[] = [];
  const schedule: Schedule = (run, ms) => {
    const timer = {run, ms};
    timers.push(timer);
    return () => {
      const at = timers.indexOf(timer);
      if (at !== -1) timers.splice(at, 1);
    };
  };
  const copied: string[] = [];
  const opened = new Console({
    engine: bench.engine,
    ledger,
    setups: [setup],
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: 'test', ...options.manner},
    size: {columns: 80, rows: 24},
    ...(options.watchSeconds === undefined ? {} : {watchSeconds: options.watchSeconds}),
    now: Date.now,
    schedule,
    terminal: {
      redraw: () => undefined,
      page: () => Promise.resolve(),
      suspend: () => Promise.resolve(),
      copy: text => copied.push(text),
    },
  });
  model = opened;
  const {store} = opened;
  const state = () => store.getState();
  const shown = () => {
    const setup = chosenSetup(state());
    if (setup === null) throw new Error('the console has no setup');
    return setup;
  };
  const driven: Driven = {
    ...bench,
    model: opened,
    store,
    setup,
    copied,
    timers,
    state,
    shown,
    flow: () => flowOfSetup(state(), shown()),
    view: () => shownView(state()).name,
    keys: (...strokes) => {
      for (const stroke of strokes) opened.press([stroke]);
    },
    type: text => {
      for (const letter of text) opened.press([letter === ' ' ? 'space' : letter]);
    },
    tick: () => {
      for (const timer of timers.splice(0)) timer.run();
    },
    until: async isSo => {
      await until(store, () => isSo(driven));
    },
    atRest: async () => {
      await until(store, ({setups}) => {
        const [now] = setups;
        return (
          now !== undefined &&
          now.facts !== null &&
          !now.isBeginning &&
          now.atWork === null &&
          now.verifying === null &&
          now.probe?.state !== 'working' &&
          now.review?.state !== 'loading'
        );
      });
    },
    runs: () => ledger.runs.list(100),
  };
  return driven;
}

/** Opened, and in its runbook. */
export async function driveStarted(options: DriveOptions = {}): Promise<Driven> {
  const driven = await drive(options);
  driven.model.start();
  await driven.atRest();
  driven.keys('2');
  return driven;
}
