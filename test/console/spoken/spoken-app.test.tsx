import {expect, it, onTestFinished} from 'vitest';
import {SpokenApp} from '../../../components/spoken-app.tsx';
import {Console} from '../../../src/console/console.ts';
import {Speaker} from '../../../src/console/spoken/speaker.ts';
import {type Frame, renderFrame} from '../../frames/render-frame.tsx';
import {makeBench} from '../../support/engine.ts';
import {setupNamed} from './states.ts';

interface Listening {
  /** Keys as they are pressed one after the other; answers with what is said then, at once and when they rest. */
  press(...keys: readonly string[]): Promise<string>;
  paste(text: string): Promise<string>;
  rest(): string;
  readonly frame: Frame;
  readonly model: Console;
}

async function listening(): Promise<Listening> {
  const {engine, ledger, connection} = await makeBench();
  let rest: (() => void) | null = null;
  let said = '';
  let speaker: Speaker | null = null;
  const model = new Console({
    engine,
    ledger,
    setups: [setupNamed('asset-index', () => Promise.resolve(connection)), setupNamed('others')],
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: 'test'},
    size: {columns: 80, rows: 24},
    now: Date.now,
    schedule: () => () => undefined,
    terminal: {
      redraw: () => speaker?.again(),
      suspend: () => Promise.resolve(),
      page: () => Promise.resolve(),
      copy: () => undefined,
    },
  });
  speaker = new Speaker({
    store: model.store,
    write: text => {
      said += text;
    },
    columns: () => 60,
    isAscii: true,
    schedule: run => {
      rest = run;
      return () => {
        rest = null;
      };
    },
  });
  const frame = await renderFrame(<SpokenApp model={model} speaker={speaker} />);
  onTestFinished(() => frame.unmount());
  const taken = () => {
    const text = said;
    said = '';
    return text;
  };
  return {
    frame,
    model,
    press: async (...keys) => {
      for (const key of keys) {
        frame.press(key);
        await frame.settled();
      }
      return taken();
    },
    paste: async text => {
      frame.paste(text);
      await frame.settled();
      return taken();
    },
    rest: () => {
      rest?.();
      return taken();
    },
  };
}

it('is walked by keys, and says what each of them did', async () => {
  const {press, rest} = await listening();
  expect(rest()).toMatch(
    /^Screen: overview\n[\s\S]*\nchosen: asset-index: [\s\S]*\nKeys: Enter open; [\s\S]*\.\n$/,
  );
  expect(await press('j')).toMatch(/^2 of 2: others: /);
  expect(await press('j')).toBe('');
  expect(rest(), 'a key that moved nothing').toMatch(/^2 of 2: others: /);
  expect(await press('\r')).toMatch(/^Screen: runbook of others\n/);
  expect(await press('?')).toMatch(/^Dialog: Keys of runbook\nEnter: /);
  expect(await press('\x1b')).toMatch(/^Screen: runbook of others\n/);
  expect(rest()).toBe('');
  expect(await press('\x0c'), 'all of it again').toMatch(/^Screen: runbook of others\n[\s\S]*\nKeys: /);
  expect(await press('6')).toMatch(/^Screen: failures of others\n/);
});

it('wraps at words, in ASCII where the terminal has no more, and draws nothing', async () => {
  const {press, frame} = await listening();
  const said = await press('\r', '?', '\x1b', '4', '7');
  expect(said).toMatch(/^[\x20-\x7e\n]+$/);
  for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  expect(frame.frame()).toBe('');
});

it('echoes what is typed where the cursor stands, and says what came of it when the fingers rest', async () => {
  const {press, paste, rest} = await listening();
  await press('\r');
  rest();
  expect(await press(':')).toMatch(/^Dialog: Commands\n[\s\S]*\ncommand: $/);
  expect(await press('h', 'i')).toBe('hi');
  expect(await paste('st\nx')).toBe('stx');
  expect(await press('\x7f')).toBe('\ncommand: hist');
  const said = rest();
  expect(said).toMatch(/^\n1 of 1 commands: history, [\s\S]*\ncommand: hist$/);
  expect(rest()).toBe('');
  expect(await press('\r')).toMatch(/^\nScreen: history\n/);
});

it('says nothing more once it has gone', async () => {
  const {model, frame, rest} = await listening();
  rest();
  await frame.unmount();
  model.send({type: 'told', notice: {level: 'error', text: 'too late', at: 0}});
  expect(rest()).not.toContain('too late');
});
