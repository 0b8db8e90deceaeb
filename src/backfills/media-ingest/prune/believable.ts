import {percent} from '../../../core/checks.ts';
import {counted, number} from '../../../core/words.ts';
import type {Io} from '../../shape.ts';
import {pairs} from '../pairs.ts';
import type {MediaPrune} from './prune.ts';

/**
 * A listing of the wrong place, or of a part of it, has no object for most of the catalogue. So listing and catalogue are
 * passed over once before anything is decided, and where more is gone than an inventory may shrink by, all of it is left
 * alone: the plan names what it would be, and no run deletes it until the config says that so many may go.
 */

const doubts = new WeakMap<object, Promise<string | null>>();

/** Why no row is deleted in a run at all; null where its listing may be believed. */
export function doubtOf(io: Io<MediaPrune>): Promise<string | null> {
  const known = doubts.get(io);
  if (known !== undefined) return known;
  const fresh = lookAt(io);
  doubts.set(io, fresh);
  // A listing that broke is tried again with the page that asked.
  fresh.catch(() => doubts.delete(io));
  return fresh;
}

async function lookAt({source, target, scope, options, signal}: Io<MediaPrune>): Promise<string | null> {
  const {shrink} = options;
  if (shrink >= 1) return null;
  let objects = 0;
  let keys = 0;
  let gone = 0;
  const range = {lo: scope.startAfter, hi: null};
  for await (const {object, rows} of pairs({source, target, prefix: scope.prefix, range, signal})) {
    if (object !== null) objects++;
    if (rows === null) continue;
    keys++;
    if (object === null) gone++;
  }
  const remedy = 'if that is right, set "shrink" of media-ingest higher in the config (1 allows all)';
  if (objects === 0) return `the source lists no object at all: ${remedy}`;
  if (gone <= keys * shrink) return null;
  return `${counted(gone, 'key')} of ${number(keys)} in the catalogue have no object, ${percent(gone, keys)} % (limit ${shrink * 100} %): ${remedy}`;
}
