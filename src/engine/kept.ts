import type {Kept} from '../backfills/kept.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {EngineHost} from './engine-host.ts';
import {machineOf} from './holder.ts';

export interface KeptOptions {
  readonly ledger: Pick<Ledger, 'fileHashes' | 'uploads'>;
  readonly machine: string;
  /** The target's id. */
  readonly target: string;
  /** Null where nothing is worked on: it begins no uploads, and meets no contents. */
  readonly run: string | null;
  readonly undoes?: string | null;
  /** A dry run remembers which contents it has met. */
  readonly meets?: boolean;
  readonly now: () => number;
}

/** For whoever only looks. */
export function keptToLook(
  {ledger, self, now}: Pick<EngineHost, 'ledger' | 'self' | 'now'>,
  target: string,
): Kept {
  return keptFor({ledger, machine: machineOf(self.holder), target, run: null, now});
}

/** The ledger's small stores as a backfill has them: of one target, one run and this machine. */
export function keptFor({
  ledger,
  machine,
  target,
  run,
  undoes = null,
  meets = false,
  now,
}: KeptOptions): Kept {
  const {fileHashes, uploads} = ledger;
  return {
    rehearses: meets,
    hashes: files => fileHashes.of(machine, files),
    keepHash: file => fileHashes.keep(machine, file, now()),
    pathsOf: hashes => fileHashes.pathsOf(machine, hashes),
    uploads: (whose, hashes) => uploads.of(target, whose, hashes),
    successes: () => successesOf(uploads, target),
    keepUploads: (whose, known) =>
      uploads.keep(
        target,
        known.map(upload => ({...upload, ...whose})),
      ),
    firstMet: async contents =>
      run !== null && meets
        ? uploads.firstMet(run, contents)
        : new Map(contents.toReversed().map(({sha256, key}) => [sha256, key])),
    journal: provider => ({
      begun: object => uploads.begun(provider, object),
      begin: (object, handle) => uploads.begin(ofRun(run), provider, object, handle, now()),
      end: object => uploads.end(provider, object),
    }),
    begun: async () => (run === null ? [] : uploads.begunBy(undoes ?? run)),
  };
}

const readAtOnce = 1_000;

async function* successesOf(uploads: Ledger['uploads'], target: string) {
  let after = {user: '', provider: '', sha256: ''};
  for (;;) {
    const page = await uploads.successes(target, after, readAtOnce);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    yield page;
  }
}

function ofRun(run: string | null): string {
  if (run === null) throw new Error('an upload was begun outside of a run');
  return run;
}
