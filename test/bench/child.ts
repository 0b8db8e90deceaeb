import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import type {World} from './world.ts';

const measured = z.object({
  files: z.number(),
  bytes: z.number(),
  written: z.number(),
  requests: z.number().optional(),
  seconds: z.number(),
  /** Of all threads; a program of others' does not say. */
  cpuSeconds: z.number().optional(),
  peakKib: z.number(),
});
/** What a measured process printed: see report.ts. */
export type Measured = z.infer<typeof measured>;

/** Runs a measured process over a world's files; rejects where it did not count each of them once. */
export type Measure = (script: Script, world: World, ...args: readonly string[]) => Promise<Measured>;

const scripts = {
  'original-way': new URL('./original-way.ts', import.meta.url),
  'original-bucket-way': new URL('./original-bucket-way.ts', import.meta.url),
  'engine-way': new URL('./engine-way.ts', import.meta.url),
  'read-way': new URL('./read-way.ts', import.meta.url),
  'rclone-way': new URL('./rclone-way.ts', import.meta.url),
  'list-way': new URL('./list-way.ts', import.meta.url),
};
type Script = keyof typeof scripts;

/**
 * Each has a process and so a memory of its own, and none warms up for another. Modules are found compiled in `cache`
 * once the first process has left them there: stripping the types of the sources would add 45 MB to every figure, which
 * a built program does not have. The young generation is as small as the program asks for itself (src/bin.ts).
 */
export function measureIn(cache: string): Measure {
  return async (script, {source, files, environment}, ...args) => {
    const path = fileURLToPath(scripts[script]);
    const {stdout} = await promisify(execFile)(
      process.execPath,
      ['--max-semi-space-size=8', path, source, ...args],
      {
        env: {...withoutAws(process.env), ...environment, NODE_COMPILE_CACHE: cache},
      },
    );
    const counted = measured.parse(JSON.parse(stdout));
    if (counted.files !== files)
      throw new Error(`${script} ${args.join(' ')}: counted ${counted.files} files where there are ${files}`);
    return counted;
  };
}

/** What the machine has set for AWS is not for these buckets: a profile, a bundle of certificates that rclone refuses. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
}
