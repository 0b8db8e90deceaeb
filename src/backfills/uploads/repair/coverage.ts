import type {CoverageGroup} from '../../../core/checks.ts';
import type {Probe} from '../../../core/probe.ts';
import type {CheckIo} from '../../invariant.ts';
import type {AssetFacts} from '../facts.ts';
import {countHashed} from '../read-all.ts';
import type {UploadsRepair} from './repair.ts';

/** Of the rows, how many have a hash. Whether it is that of the bytes, only a run can tell. */
export async function* repairCoverage(
  {target, scope, now}: CheckIo<UploadsRepair>,
  {facts}: Probe<AssetFacts>,
): AsyncGenerator<CoverageGroup> {
  const {rows, hashed} = await countHashed(target, facts, scope.user);
  yield {group: '*', done: hashed, total: rows, at: now(), rows, rowsDone: hashed};
}
