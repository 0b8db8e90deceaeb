import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {it} from 'vitest';
import {frameAt, sizes, stillConsole} from './console-frame.tsx';

it('dumps', async () => {
  mkdirSync('/tmp/h9/frames', {recursive: true});
  const model = await stillConsole();
  const only = (process.env['ONLY'] ?? '').split(',');
  for (const file of readdirSync('test/frames').filter(
    f =>
      f.endsWith('-states.ts') &&
      f !== 'console-states.ts' &&
      (only[0] === '' || only.some(o => f.startsWith(o))),
  )) {
    const mod = await import(`./${file}`);
    for (const size of sizes) {
      let out = '';
      for (const cases of Object.values(mod)) {
        if (!Array.isArray(cases)) continue;
        for (const c of cases) {
          try {
            out += `#### ${c.name}\n${await frameAt(model, c.state, size)}\n\n`;
          } catch (e) {
            out += `#### ${c.name} THREW ${e.stack}\n`;
          }
        }
      }
      writeFileSync(`/tmp/h9/frames/${file.replace('-states.ts', '')}-${size.join('x')}.txt`, out);
    }
  }
}, 300_000);
