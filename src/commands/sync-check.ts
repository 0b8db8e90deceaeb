import {findBackfill} from '../backfills/registry.ts';
import {requireTakes, targetFlags} from '../config/end-kinds.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {bytesText, counted, number} from '../core/words.ts';
import {type SyncResult, syncCheck} from '../engine/sync-check.ts';
import {directoryStore} from '../stores/directory.ts';
import type {Session} from './session.ts';

export interface SyncCheckOptions {
  readonly target?: string;
  readonly prefix?: string;
  readonly all?: boolean;
}

/** What an uploader would do with the files of a folder, file by file and why. Writes nothing. */
export async function syncCheckCommand(
  session: Session,
  folder: string,
  {target, prefix = '', all = false}: SyncCheckOptions,
): Promise<number> {
  const backfill = findBackfill('asset-index');
  if (target === undefined)
    throw new OperatorError('usage', 'no index is named', `Name it: ${targetFlags(backfill.takes.targets)}`);
  requireTakes(backfill, session.config, target);
  const local = await directoryStore(folder);
  const [problem] = (await local.check()).filter(({level}) => level === 'error');
  if (problem !== undefined) throw new OperatorError('usage', problem.message, problem.remedy);
  const abort = new AbortController();
  session.surroundings.follow({interrupt: () => abort.abort(new Error('interrupted'))});
  const count: Record<SyncResult['action'], number> = {upload: 0, skip: 0, fail: 0, ignore: 0};
  let bytes = 0;
  try {
    await syncCheck(session.engine, {
      backfill,
      target: await session.connections.target(target),
      local,
      prefix,
      signal: abort.signal,
      onResult: result => {
        count[result.action]++;
        if (result.action === 'upload') bytes += result.size;
        if (all || result.action !== 'skip') show(session, result);
      },
    });
  } finally {
    session.surroundings.follow(null);
  }
  const files = count.upload + count.skip + count.fail + count.ignore;
  session.report.data({type: 'sync', folder, files, ...count, bytes}, [
    `${counted(files, 'file')} = ${number(count.upload)} to upload (${bytesText(bytes)}) + ${number(count.skip)} up to date` +
      `${count.ignore === 0 ? '' : ` + ${number(count.ignore)} left alone`}${count.fail === 0 ? '' : ` + ${number(count.fail)} failed`}`,
  ]);
  return exitCodeOf(count.fail === 0 ? [] : ['incomplete']);
}

const words = {upload: 'upload ', skip: 'skip   ', fail: 'failed ', ignore: 'ignored'} as const;

function show({report}: Session, result: SyncResult): void {
  report.data({type: 'file', ...result}, [
    `${words[result.action]}  ${printableKey(result.key)}  ${result.why}`,
  ]);
}
