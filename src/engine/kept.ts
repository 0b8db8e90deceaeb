import type {Kept} from '../backfills/kept.ts';
import type {MadeObject} from '../core/uploads.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {EngineHost} from './engine-host.ts';
import {Gathered} from './gathered.ts';
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
  /** Everything is read again. */
  readonly fresh?: boolean;
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
  fresh = false,
  now,
}: KeptOptions): Kept {
  const {fileHashes, uploads} = ledger;
  // Of many that begin at the same time, one transaction.
  const making = new Gathered<MadeObject, null>(
    async objects => {
      await uploads.make(ofRun(run), objects);
      return objects.map(() => null);
    },
    {most: 1_000, company: {least: 1, waitMs: 0}},
  );
  return {
    rehearses: meets,
    fresh,
    hashes: async files => (fresh ? new Map() : fileHashes.of(machine, files)),
    keepHash: file => fileHashes.keep(machine, file, now()),
    pathsOf: hashes => fileHashes.pathsOf(machine, hashes),
    uploads: (whose, hashes) => uploads.of(target, whose, hashes),
    someUploads: (whose, limit) => uploads.some(target, whose, limit),
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
      begun: async object => {
        const handle = await uploads.begun(ofRun(run), provider, object);
        // What a run has begun that is over is this one's from now on.
        if (handle !== null) await uploads.begin(ofRun(run), provider, object, handle, now());
        return handle;
      },
      begin: (object, handle) => uploads.begin(ofRun(run), provider, object, handle, now()),
      end: object => uploads.end(ofRun(run), provider, object),
    }),
    making: async object => {
      await making.ask([object]);
    },
    made: () => madeBy(uploads, undoes ?? ofRun(run), target),
    unrecorded: async (provider, objects) =>
      run === null ? new Set() : uploads.unrecorded(run, target, provider, objects),
    unmade: (provider, objects) => uploads.unmake(undoes ?? ofRun(run), provider, objects),
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

async function* madeBy(uploads: Ledger['uploads'], run: string, target: string) {
  let after = {provider: '', object: ''};
  for (;;) {
    const page = await uploads.madeBy(run, target, after, madeAtOnce);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    yield page;
  }
}

/** The target is read once as a whole for each of these pages. */
const madeAtOnce = 20_000;

function ofRun(run: string | null): string {
  if (run === null) throw new Error('an upload was begun outside of a run');
  return run;
}
