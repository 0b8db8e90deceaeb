import type {SandboxName} from './names.ts';

const told =
  'were made for you to try things on. The guided steps lead from a probe, which only looks, over a dry run, which only decides, to a live run, which writes, and verifies what it wrote.';
const keys = 'enter opens the steps; ? explains the keys of every screen.';

/** For who sees a sandbox for the first time. */
export const introductions: Readonly<Record<SandboxName, string>> = {
  folder: `Here 2,238 files and an index that knows only some of them ${told} One file can not be read at first. ${keys}`,
  'r2-d1': `Here 2,237 objects in an R2 of this machine, and an index in a D1 that knows only some of them, ${told} One object can not be read at first. ${keys}`,
};
