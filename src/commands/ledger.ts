import {access, copyFile, rename, rm} from 'node:fs/promises';
import {resolve} from 'node:path';
import {loadConfig} from '../config/config.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isActive} from '../core/run.ts';
import {isPostgres, postgresAddress} from '../databases/postgres-address.ts';
import {Ledger} from '../ledger/ledger.ts';
import {notHere, upkeepOf} from '../ledger/postgres-upkeep.ts';
import {JsonReport} from './json-report.ts';
import {ledgerPlace} from './ledger-place.ts';
import {PlainReport} from './plain-report.ts';
import type {CommonOptions, Session, Surroundings} from './session.ts';

/** A consistent copy of the ledger in one file, while runs go on. */
export async function backupCommand(session: Session, file: string): Promise<number> {
  const destination = resolve(session.surroundings.cwd, file);
  if (await exists(destination))
    throw new OperatorError(
      'usage',
      `${file}: this file exists already`,
      'Name a file that does not exist yet.',
    );
  await session.ledger.backup(destination);
  session.report.data({type: 'ledger', action: 'backup', file: destination}, [
    `the ledger was copied to ${destination}`,
  ]);
  return 0;
}

export async function vacuumCommand(session: Session): Promise<number> {
  await session.ledger.vacuum();
  session.report.data({type: 'ledger', action: 'vacuum', file: session.ledger.path}, [
    `${session.ledger.path}: free space was given back`,
  ]);
  return 0;
}

/** Puts a backup in the ledger's place. The present one is kept beside it. */
export async function restoreCommand(
  surroundings: Surroundings,
  options: CommonOptions,
  file: string,
): Promise<number> {
  const config = await loadConfig(options.config ?? null, surroundings.cwd);
  const place = ledgerPlace(options, config, surroundings);
  const backup = resolve(surroundings.cwd, file);
  if (isPostgres(place))
    throw notRestoredHere(postgresAddress(place, surroundings.environment).label, backup);
  const path = resolve(surroundings.cwd, place);
  if (!(await exists(backup)))
    throw new OperatorError(
      'usage',
      `${file}: there is no such file`,
      'Name a file that `headgate ledger backup` made.',
    );
  const fresh = `${path}.restoring`;
  await copyFile(backup, fresh);
  try {
    // Opening proves that it is a ledger of a version that this program knows.
    await Ledger.open(fresh).then(ledger => ledger.close());
    await requireAtRest(path, surroundings);
    const kept = (await exists(path)) ? `${path}.before-restore-${surroundings.now()}` : null;
    if (kept !== null) await moveDatabase(path, kept);
    await moveDatabase(fresh, path);
    const report =
      options.json === true ? new JsonReport(surroundings, []) : new PlainReport(surroundings, []);
    report.data({type: 'ledger', action: 'restore', file: path, kept}, [
      `${path} was restored from ${backup}${kept === null ? '' : `; the one before is ${kept}`}`,
    ]);
    return 0;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${fresh}${suffix}`, {force: true});
  }
}

function notRestoredHere(address: string, file: string): OperatorError {
  return notHere(address, `Put a copy back, while no run is at work: ${upkeepOf(address).restore(file)}`);
}

/** A ledger that a run is writing to is not taken away from under it. One that can't be opened has no runs to ask. */
async function requireAtRest(path: string, {self}: Surroundings): Promise<void> {
  if (!(await exists(path))) return;
  const ledger = await Ledger.open(path).catch(() => null);
  if (ledger === null) return;
  const runs = await ledger.runs.list(100).finally(() => ledger.close());
  const busy = runs.find(({status, holder}) => isActive(status) && holder !== null && self.isAlive(holder));
  if (busy !== undefined)
    throw new OperatorError(
      'gate',
      `run ${busy.id} is at work in this ledger`,
      `Pause it first: headgate pause ${busy.id}`,
    );
}

async function moveDatabase(from: string, to: string): Promise<void> {
  for (const suffix of ['-wal', '-shm', '']) {
    if (await exists(`${from}${suffix}`)) await rename(`${from}${suffix}`, `${to}${suffix}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
