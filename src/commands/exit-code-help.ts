import {exitCodes} from '../core/exit-code.ts';

/** What `--help` says of exit codes. */
export function exitCodeHelp(): string {
  const rows = Object.entries({
    [exitCodes.done]: 'done',
    [exitCodes.failed]: 'failed',
    [exitCodes.usage]: 'usage or config',
    [exitCodes.invariant]: 'an invariant is broken',
    [exitCodes.auth]: 'no access',
    [exitCodes.incomplete]: 'incomplete: failures, conflicts or items left pending',
    [exitCodes.gate]: 'a gate is closed',
    [exitCodes.drift]: 'paused by drift',
    [exitCodes.budget]: 'paused by a budget',
    [exitCodes.paused]: 'paused or cancelled',
    '130/143/129': 'interrupted by SIGINT, SIGTERM, SIGHUP',
  });
  return `\nExit codes:\n${rows.map(([code, meaning]) => `  ${code.padEnd(12)}${meaning}`).join('\n')}\n`;
}
