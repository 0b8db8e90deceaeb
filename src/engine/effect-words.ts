import type {BackfillWords} from '../backfills/backfill.ts';
import type {UnderWay} from '../core/event.ts';
import type {RunStatus} from '../core/run.ts';
import {bytesText, counted} from '../core/words.ts';
import type {Amount} from './estimate-facts.ts';

/**
 * What a process says of the effects that it has made outside of a run's target: how many and how large they are, and how
 * many no count says yet, because their pages are not checkpointed. Empty where a backfill has none.
 */

type Words = Pick<BackfillWords, 'items' | 'stages'>;

/** `40 files uploaded, 1.5 GiB`. */
export function madeText({items, stages}: Words, underWay: UnderWay | undefined): string {
  if (stages?.applied === undefined || underWay === undefined || underWay.applied === 0) return '';
  return `${counted(underWay.applied, ...items)} ${stages.applied}, ${bytesText(underWay.moved)}`;
}

/** `12 files are uploaded and not recorded yet: a resume finds them there, and records them`. */
export function unrecordedText(
  {items, stages}: Words,
  underWay: UnderWay | undefined,
  status: RunStatus,
): string {
  const count = underWay?.unrecorded ?? 0;
  const isOver = status !== 'paused' && status !== 'failed';
  if (stages?.applied === undefined || count === 0 || isOver) return '';
  const [are, them] = count === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${counted(count, ...items)} ${are} ${stages.applied} and not recorded yet: a resume finds ${them} there, and records ${them}`;
}

/** `68 files to be uploaded, 290.9 MiB`: what a plan's changes make. */
export function toMakeText({items, stages}: Words, planned: Amount): string {
  if (stages?.applied === undefined || planned.items === 0) return '';
  return `${counted(planned.items, ...items)} to be ${stages.applied}, ${bytesText(planned.bytes)}`;
}

/** What an undo does besides putting rows back: `… removes each object that run 20261120-0630-6fkf has uploaded, …`. */
export function removesText({stages}: Words, undoes: string): string {
  if (stages?.applied === undefined) return '';
  return `The undo also removes each object that run ${undoes} has ${stages.applied}, and that no row names any more`;
}

/** `6 objects that were uploaded, and that no row names any more, were removed`. */
export function clearedText(count: number): string {
  const was = count === 1 ? 'was' : 'were';
  return `${counted(count, 'object')} that ${was} uploaded, and that no row names any more, ${was} removed`;
}
