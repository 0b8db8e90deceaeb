import {findMeasuring} from '../backfills/registry.ts';
import {type JobsContext, type JobsLook, lookAtJobs, openJobs} from '../jobs/jobs-context.ts';
import type {Ends} from './ends.ts';
import type {Session} from './session.ts';

/** What flags say of the target of jobs, and of the network that they read. */
export type JobEnds = Pick<Ends, 'target' | 'relay' | 'plc' | 'allowPrivateHosts'>;

/** Opens the jobs of a target for one command, and closes them. */
export function withJobs(
  session: Session,
  ends: JobEnds,
  command: (context: JobsContext) => Promise<number>,
): Promise<number> {
  return opened(session, ends, openJobs, command);
}

/** The same for a command that changes nothing: also with DRY_RUN=1, and where nothing may be written. */
export function lookingAtJobs(
  session: Session,
  ends: JobEnds,
  command: (look: JobsLook) => Promise<number>,
): Promise<number> {
  return opened(session, ends, lookAtJobs, command);
}

async function opened<Opened extends JobsLook>(
  session: Session,
  ends: JobEnds,
  open: (engine: Session['engine'], connection: JobsLook['connection']) => Promise<Opened>,
  command: (opened: Opened) => Promise<number>,
): Promise<number> {
  const context = await open(session.engine, await session.connect(findMeasuring('records'), ends));
  try {
    return await command(context);
  } finally {
    await context.database.close();
  }
}
