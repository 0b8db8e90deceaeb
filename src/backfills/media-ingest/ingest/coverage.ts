import type {CoverageGroup} from '../../../core/checks.ts';
import type {CheckIo} from '../../invariant.ts';
import type {MediaIngest} from './ingest.ts';
import {type Group, surveyOf} from './survey.ts';

/** Of the objects that are listed, how many have a row of their version; without a source every row counts as one. */
export async function* coverage(io: CheckIo<MediaIngest>): AsyncGenerator<CoverageGroup> {
  const {whole, groups} = await surveyOf(io);
  const at = io.now();
  yield figures('*', whole, io.source !== null, at);
  for (const [name, group] of groups) yield figures(name, group, io.source !== null, at);
}

function figures(
  group: string,
  {rows, objects, done, missing}: Group,
  hasSource: boolean,
  at: number,
): CoverageGroup {
  return {
    group,
    done: hasSource ? done : rows,
    total: hasSource ? objects : rows,
    at,
    rows,
    rowsDone: rows,
    ...(hasSource ? {objects, missing} : {}),
  };
}
