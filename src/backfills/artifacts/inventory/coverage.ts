import type {CoverageGroup} from '../../../core/checks.ts';
import type {Probe} from '../../../core/probe.ts';
import type {CheckIo} from '../../invariant.ts';
import type {ArtifactsFacts} from '../facts.ts';
import type {ArtifactsInventory} from './inventory.ts';
import {type Group, surveyOf} from './survey.ts';

/** Of the objects that are listed, how many have a row of a known type, by first segment; without a source, of the rows. */
export async function* coverage(
  io: CheckIo<ArtifactsInventory>,
  {facts}: Probe<ArtifactsFacts>,
): AsyncGenerator<CoverageGroup> {
  const {whole, groups} = await surveyOf(io, facts);
  const at = io.now();
  yield figures('*', whole, io.source !== null, at);
  for (const [name, group] of groups) yield figures(name, group, io.source !== null, at);
}

function figures(
  name: string,
  {rows, knownRows, objects, done, missing}: Group,
  hasSource: boolean,
  at: number,
): CoverageGroup {
  return {
    group: name,
    done: hasSource ? done : knownRows,
    total: hasSource ? objects : rows,
    at,
    rows,
    rowsDone: knownRows,
    ...(hasSource ? {objects, missing} : {}),
  };
}
