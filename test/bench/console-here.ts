import {PassThrough} from 'node:stream';
import xterm from '@xterm/headless';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {Schedule} from '../../src/console/coalescer.ts';
import {Console} from '../../src/console/console.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {keyScope} from '../../src/core/scope.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import {benchEngine} from './bench-engine.ts';

/**
 * A console in this process, drawn by the built components on streams that an emulator reads: for what a pseudo-terminal
 * can't give, events at a pace of our own and the heap's size. Ledger, engine and backfill are real; no run is begun.
 */
export interface ConsoleHere extends AsyncDisposable {
  readonly bytes: number;
  /** As the engine's events come in; a run that begins is the one at work. */
  observe(event: RunEvent): void;
  press(keys: string): void;
  /** When the text stood on the screen. */
  until(text: string): Promise<number>;
}

export interface ConsoleHereOptions {
  /** With a folder `source`; the rest is made there. */
  readonly root: string;
  readonly now: () => number;
  readonly schedule: Schedule;
}

/** components/open.tsx, which Node reads only where it was built. */
type Open = (
  model: Console,
  options: Readonly<Record<string, unknown>>,
) => {readonly closed: Promise<void>; close(): Promise<void>};

const size = {cols: 80, rows: 24};

export async function consoleHere({root, now, schedule}: ConsoleHereOptions): Promise<ConsoleHere> {
  const {open}: {readonly open: Open} = await import(
    new URL('../../dist/components/open.js', import.meta.url).href
  );
  const ledger = await Ledger.open(`${root}/ledger.sqlite`);
  const backfill = findBackfill('asset-index');
  const source = await directoryStore(`${root}/source`);
  const target = await sqliteTarget({path: `${root}/index.sqlite`});
  await applyMigrations(backfill, target);
  const model = new Console({
    engine: benchEngine(ledger, defaultSettings),
    ledger,
    setups: [
      {
        name: backfill.id,
        backfill,
        sourceLabel: source.label,
        targetLabel: target.label,
        environment: null,
        prefix: '',
        open: () => Promise.resolve({backfill, source, target}),
        scope: () => keyScope.parse({}),
      },
    ],
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: 'bench'},
    size: {columns: size.cols, rows: size.rows},
    now,
    schedule,
    terminal: {
      redraw: () => undefined,
      suspend: () => Promise.resolve(),
      copy: () => undefined,
      page: () => Promise.resolve(),
    },
  });
  const emulator = new xterm.Terminal({...size, allowProposedApi: true, scrollback: 0});
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  });
  const stdout = Object.assign(new PassThrough(), {isTTY: true, columns: size.cols, rows: size.rows});
  let bytes = 0;
  let look: (at: number) => void = () => undefined;
  stdout.on('data', (data: Buffer) => {
    const at = performance.now();
    bytes += data.length;
    emulator.write(data, () => look(at));
  });
  const shown = open(model, {
    stdin,
    stdout,
    stderr: new PassThrough().resume(),
    hasColor: true,
    isAscii: false,
    spoken: false,
  });
  model.start();
  return {
    get bytes() {
      return bytes;
    },
    observe(event) {
      model.observe(event);
      if (event.type === 'started')
        model.send({type: 'setup', setup: backfill.id, now: {atWork: event.snapshot.run}});
    },
    press: keys => {
      stdin.write(keys);
    },
    until: text =>
      new Promise(resolve => {
        look = at => {
          if (!screenOf(emulator).includes(text)) return;
          look = () => undefined;
          resolve(at);
        };
        look(performance.now());
      }),
    async [Symbol.asyncDispose]() {
      model.stop();
      await shown.close();
      await ledger.close();
      emulator.dispose();
    },
  };
}

function screenOf({buffer}: xterm.Terminal): string {
  const rows = Array.from({length: size.rows}, (_, row) => buffer.active.getLine(row)?.translateToString());
  return rows.join('\n');
}
