import type {Ended, JsonLine} from '../support/program.ts';
import {type CommandWorld, ends} from './world.ts';

/** The events of a history, each as its mode and what was said. */
export function storyOf({lines}: Ended): readonly string[] {
  return lines
    .filter(({type}) => type === 'history')
    .map(({mode, what, action, outcome}) => [mode, what, outcome ?? action].filter(Boolean).join(' '));
}

/** What is there of the item now: the last line. */
export function itemOf({lines, out, err}: Ended): JsonLine {
  const item = lines.at(-1);
  if (item?.type !== 'item') throw new Error(`the last line is no item in:\n${out}\n${err}`);
  return item;
}

/** Their ids, oldest first. */
export async function runsOf({headgate}: CommandWorld): Promise<readonly string[]> {
  const {lines} = await headgate('status', '--json');
  return lines.map(({run}) => String(run)).reverse();
}

export async function goLive({headgate}: CommandWorld): Promise<void> {
  await headgate('run', 'asset-index', ...ends);
  await headgate('live', 'last', '--confirm', 'index.sqlite');
}
