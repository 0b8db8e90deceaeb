import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';

const measured = z.object({
  files: z.number(),
  bytes: z.number(),
  written: z.number(),
  seconds: z.number(),
  peakKib: z.number(),
});
/** What a measured process printed: see report.ts. */
export type Measured = z.infer<typeof measured>;

/** Runs a measured process: each has its own memory, and none warms up for another. */
export type Measure = (script: Script, ...args: readonly string[]) => Promise<Measured>;

const scripts = {
  'original-way': new URL('./original-way.ts', import.meta.url),
  'engine-way': new URL('./engine-way.ts', import.meta.url),
};
type Script = keyof typeof scripts;

/**
 * Modules are found compiled in `cache` once the first process has left them there. Without it, stripping the types of
 * the sources would add 45 MB to every figure, which a built program does not have.
 */
export function measureIn(cache: string): Measure {
  return async (script, ...args) => {
    const {stdout} = await promisify(execFile)(process.execPath, [fileURLToPath(scripts[script]), ...args], {
      env: {...process.env, NODE_COMPILE_CACHE: cache},
    });
    return measured.parse(JSON.parse(stdout));
  };
}
