import {writeFileSync} from 'node:fs';
import {registerHooks} from 'node:module';
import {stripVTControlCharacters} from 'node:util';

/**
 * Loaded before the program, with --import: writes to HEADGATE_BENCH_START when its parts of the way to the first frame
 * ended, in milliseconds since the process began. It costs some microseconds a module.
 */
const path = process.env['HEADGATE_BENCH_START'];
let commandAt = 0;
let loadedAt = 0;
let modules = 0;
let isShown = false;

registerHooks({
  load(url, context, next) {
    // main() asks for the command's own module first.
    if (url.endsWith('/src/commands/console.js')) commandAt = performance.now();
    const loaded = next(url, context);
    if (!isShown) {
      loadedAt = performance.now();
      modules++;
    }
    return loaded;
  },
});

let written = '';
const write = process.stdout.write;
process.stdout.write = function (this: typeof process.stdout, ...args: Parameters<typeof write>) {
  const isTaken = write.apply(this, args);
  if (isShown || path === undefined) return isTaken;
  written += String(args[0]);
  if (!stripVTControlCharacters(written).includes('? keys')) return isTaken;
  isShown = true;
  writeFileSync(path, JSON.stringify({commandAt, loadedAt, shownAt: performance.now(), modules}));
  return isTaken;
} as typeof write;
