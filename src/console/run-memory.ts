import {type Log, logged, noLog} from './run-log.ts';
import type {RunMemory, RunView} from './run-view.ts';

/** What a view remembers besides what it shows, and its log, which goes by that. */

export function memoryOf({memory, pace}: RunView): RunMemory {
  return (
    memory ?? {
      second: secondOf(pace.at),
      isRetry: false,
      failedSince: 0,
      done: 0,
      share: 0,
      log: noLog.memory,
    }
  );
}

/** Since the epoch. */
export function secondOf(at: number): number {
  return Math.floor(at / 1_000);
}

export function logOf(view: RunView): Log {
  return {lines: view.log, memory: memoryOf(view).log};
}

export function withLog(view: RunView, {lines, memory}: Log): RunView {
  return {...view, log: lines, memory: {...memoryOf(view), log: memory}};
}

export function said(
  view: RunView,
  at: number,
  level: RunView['log'][number]['level'],
  text: string,
): RunView {
  return withLog(view, logged(logOf(view), at, level, text));
}
