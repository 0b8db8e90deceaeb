import {findMeasuring} from '../backfills/registry.ts';
import {type JobsContext, openJobs} from '../jobs/jobs-context.ts';
import type {Ends, Session} from './session.ts';

/** What flags say of the target of jobs, and of the network that they read. */
export type JobEnds = Pick<Ends, 'target' | 'relay' | 'plc' | 'allowPrivateHosts'>;

/** Opens the jobs of a target for one command, and closes them. */
export async function withJobs(
  session: Session,
  ends: JobEnds,
  command: (context: JobsContext) => Promise<number>,
): Promise<number> {
  const connection = await session.connect(findMeasuring('records'), ends);
  const context = await openJobs(session.engine, connection);
  try {
    return await command(context);
  } finally {
    await context.database.close();
  }
}
