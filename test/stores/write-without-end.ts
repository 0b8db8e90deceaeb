/** Writes an inventory that never ends, and prints a line for every page of it; stderr says why it could not. */
import {writeInventory} from '../../src/stores/inventory-write.ts';

async function* pages() {
  for (let number = 0; ; number++) {
    process.stdout.write(`${number}\n`);
    const keys = Array.from({length: 100}, (_, index) => String(number * 100 + index).padStart(9, '0'));
    yield keys.map(key => ({key, size: 1, modifiedAt: 0, version: 'e', fingerprint: null}));
  }
}

// A limit of the shell's (ulimit -f) is then told as an error, as that of a disk is.
process.on('SIGXFSZ', () => undefined);
await writeInventory(process.argv[2] ?? '', pages()).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
