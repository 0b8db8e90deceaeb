import type {Kept} from '../../src/backfills/kept.ts';

/** For backfills that keep nothing in the ledger's small stores. */
export const noKept: Kept = {
  rehearses: false,
  fresh: false,
  hashes: refuse,
  keepHash: refuse,
  pathsOf: refuse,
  uploads: refuse,
  someUploads: refuse,
  successes: refuse,
  keepUploads: refuse,
  firstMet: refuse,
  journal: refuse,
  making: refuse,
  made: refuse,
  unrecorded: refuse,
  unmade: refuse,
  begun: refuse,
};

function refuse(): never {
  throw new Error('this backfill was taken to keep nothing');
}
