import {rmSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type AnyBackfill, readsTarget} from '../backfills/registry.ts';
import type {Setup} from '../console/setup.ts';
import {defaultSettings} from '../engine/settings.ts';
import {introductionOf} from '../sandbox/introduction.ts';
import {cardOwner, type SandboxName} from '../sandbox/names.ts';
import {backfillsIn, placeOf, placesIn} from '../sandbox/places.ts';
import type {Sandbox} from '../sandbox/sandbox.ts';
import {type ConsoleCommandOptions, openConsole} from './console.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Surroundings} from './session.ts';
import type {ShowsConsoles} from './shows-consoles.ts';

/** So that there is something to watch: as it comes, the sandbox is done within a second. */
const settings = {page: {items: 50}, rate: 250};

/** The console on a world of its own, which is made while the first screen is there, and removed at the end. */
export async function openSandboxConsole(
  surroundings: Surroundings,
  terminal: ShowsConsoles,
  options: ConsoleCommandOptions & {readonly sandbox?: SandboxName},
): Promise<number> {
  const {sandbox = 'folder'} = options;
  const root = await mkdtemp(join(tmpdir(), 'headgate-sandbox-'));
  const {attempts, d1} = defaultSettings;
  const {now} = surroundings;
  let world: Promise<Sandbox> | null = null;
  const leaving = new AbortController();
  // Ten reads fail: the five attempts of the dry run, and the five of the live run.
  const made = () => {
    world ??= import('../sandbox/sandbox.ts').then(({openSandbox}) =>
      openSandbox(sandbox, {root, failingReads: 2 * attempts, now, signal: leaving.signal, ...d1}),
    );
    return world;
  };
  const setups = backfillsIn(sandbox).map(backfill => setupIn(sandbox, backfill, made));
  try {
    await writeFile(join(root, 'headgate.config.json'), JSON.stringify({settings}));
    const here = {...surroundings, cwd: root, defaultLedger: join(root, 'ledger.sqlite')};
    return await openConsole(here, removing(root, terminal), options, () => Promise.resolve(setups), {
      isSandbox: true,
    });
  } finally {
    leaving.abort();
    await (await ended(world))?.close();
    await rm(root, {recursive: true, force: true});
  }
}

function setupIn(sandbox: SandboxName, backfill: AnyBackfill, made: () => Promise<Sandbox>): Setup {
  const labels = placesIn[sandbox][placeOf(backfill)];
  const source = sourceIn(backfill, labels.source);
  return {
    name: backfill.id,
    backfill,
    sourceLabel: source,
    targetLabel: labels.target,
    environment: 'sandbox',
    introduction: introductionOf(backfill.id, sandbox),
    prefix: '',
    open: async () => {
      const {connectionIn} = await import('../sandbox/connection.ts');
      const connection = await connectionIn(await made(), backfill);
      return {...connection, target: {...connection.target, label: labels.target}};
    },
    ...(backfill.uploads === 'files' ? {whose: cardOwner} : {}),
    scope: connection => scopeOf(connection, ownerIn(backfill)),
  };
}

function sourceIn(backfill: AnyBackfill, source: string): string {
  if (readsTarget(backfill)) return '';
  return backfill.uploads === 'objects' ? cardOwner.provider : source;
}

/** Whose files go where; of a repair, whose bytes are read, whoever they belong to. */
function ownerIn({uploads}: AnyBackfill): ScopeOptions {
  if (uploads === undefined) return {};
  return uploads === 'files' ? cardOwner : {provider: cardOwner.provider};
}

/** Whoever leaves at once leaves no world behind either. */
function removing(root: string, terminal: ShowsConsoles): ShowsConsoles {
  return {
    ...terminal,
    // The world is closed and removed after the console.
    ends: () => undefined,
    show: async (model, looks) => {
      const shown = await terminal.show(model, looks);
      return {
        ...shown,
        endProcess: code => {
          rmSync(root, {recursive: true, force: true});
          return shown.endProcess(code);
        },
      };
    },
  };
}

/** A world that could not be made has nothing to be closed. */
async function ended(world: Promise<Sandbox> | null): Promise<Sandbox | null> {
  return world === null ? null : world.catch(() => null);
}
