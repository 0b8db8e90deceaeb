import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {type AddedLexicon, Lexicons, storedLexicons} from '../jobs/lexicons.ts';
import {showWork, tellAdded} from './jobs.ts';
import type {Session} from './session.ts';
import {type JobEnds, lookingAtJobs, withJobs} from './with-jobs.ts';

/** Stores a record lexicon; unless that is not wanted, its collection is then asked for. */
export async function addLexiconCommand(
  session: Session,
  file: string,
  {backfill = true, ...ends}: JobEnds & {readonly backfill?: boolean},
): Promise<number> {
  const text = await readText(resolve(session.surroundings.cwd, file), file);
  return withJobs(session, ends, async context => {
    const added = await new Lexicons(context).add({text, name: file, backfill});
    const {id, change, references, job} = added;
    session.report.data({type: 'lexicon', id, backfill, change, references}, [addedText(added)]);
    if (references.length > 0)
      session.report.note(
        `It refers to ${references.join(', ')}: what is of other lexicons is indexed, and not validated.`,
      );
    if (job === null) return 0;
    tellAdded(session, job.job, job.isNew);
    showWork(session, job.job, context.connection.target.label, ends);
    return 0;
  });
}

/** The record lexicons of a target. */
export function listLexiconsCommand(session: Session, ends: JobEnds): Promise<number> {
  return lookingAtJobs(session, ends, async look => {
    const lexicons = await storedLexicons(look);
    if (lexicons.length === 0)
      session.report.note('No lexicons yet. Add one: headgate lexicon add FILE --target TARGET');
    const width = Math.max(0, ...lexicons.map(({id}) => id.length));
    for (const {id, backfill, createdAt} of lexicons)
      session.report.data({type: 'lexicon', id, backfill, created_at: createdAt}, [
        backfill ? `${id.padEnd(width)}  backfill` : id,
      ]);
    return 0;
  });
}

function addedText({id, change, backfill}: AddedLexicon): string {
  switch (change) {
    case 'added':
      return `lexicon ${id} was added${backfill ? '' : ', without a backfill'}`;
    case 'replaced':
      return `lexicon ${id} was another, and was replaced${backfill ? '' : '; it is not marked for backfill'}`;
    case 'unchanged':
      return `lexicon ${id} was there already, and nothing was changed`;
    default:
      return change satisfies never;
  }
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OperatorError(
      'usage',
      `lexicon ${file}: it can't be read (${error instanceof Error ? error.message : String(error)})`,
      'Name a file that you may read.',
    );
  }
}
