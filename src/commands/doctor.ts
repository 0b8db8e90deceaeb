import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {readLease} from '../engine/mark.ts';
import type {Session} from './session.ts';
import {bytesText} from './words.ts';

interface Finding {
  readonly ok: boolean;
  readonly message: string;
  readonly remedy?: string;
}

/** Looks at the program, the ledger and every connection of the config: what works, what does not, what to do. */
export async function doctorCommand(session: Session): Promise<number> {
  const {config, ledger, surroundings} = session;
  const free = await ledger.freeBytes();
  const findings: Finding[] = [
    {ok: true, message: `headgate ${surroundings.program} on Node ${process.versions.node}`},
    {
      ok: true,
      message: `config: ${config.path ?? 'none; sources and targets are named on the command line'}`,
    },
    {ok: true, message: `ledger: ${ledger.path}${free === null ? '' : `, ${bytesText(free)} free`}`},
  ];
  for (const name of Object.keys(config.sources))
    findings.push(...(await examine(() => source(session, name), `source ${name}`)));
  for (const name of Object.keys(config.targets))
    findings.push(...(await examine(() => target(session, name), `target ${name}`)));
  for (const {ok, message, remedy} of findings)
    session.report.data({type: 'finding', ok, message, ...(remedy === undefined ? {} : {remedy})}, [
      `${ok ? '✔' : '✖'} ${message}`,
      ...(remedy === undefined ? [] : [`  ${remedy}`]),
    ]);
  return exitCodeOf(findings.every(({ok}) => ok) ? [] : ['failed']);
}

async function source({connections}: Session, name: string): Promise<readonly Finding[]> {
  const store = await connections.source(name);
  return (await store.check()).map(({level, message, remedy}) => ({
    ok: level !== 'error',
    message: `source ${name}: ${message}`,
    ...(remedy === undefined ? {} : {remedy}),
  }));
}

async function target({connections}: Session, name: string): Promise<readonly Finding[]> {
  const opened = await connections.target(name);
  const reader = await opened.openReader();
  try {
    const lease = await readLease(reader);
    const held = lease?.holder == null || lease.remainingMs <= 0 ? '' : `; being written by ${lease.holder}`;
    return [{ok: true, message: `target ${name}: it can be read${held}`}];
  } finally {
    await reader.close();
  }
}

async function examine(look: () => Promise<readonly Finding[]>, what: string): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const hint = error instanceof OperatorError ? error.hint : undefined;
    return [
      {
        ok: false,
        message: `${what}: ${error instanceof Error ? error.message : String(error)}`,
        ...(hint === undefined ? {} : {remedy: hint}),
      },
    ];
  }
}
