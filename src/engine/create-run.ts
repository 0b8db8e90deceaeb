import type {Probe} from '../core/probe.ts';
import type {RunMode} from '../core/run.ts';
import {optionsAs, type RunOptions} from '../core/run-options.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Connection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';

export interface RunKind {
  /** As shown in headers: rehearsed, unrehearsed, advisory … */
  readonly label: string;
  readonly rehearsedBy?: string | null;
  readonly undoes?: string | null;
  /** How it was asked to work, for whoever takes it up again. */
  readonly options?: RunOptions;
}

/** Writes a new run into the ledger, as pending. */
export async function createRun(
  host: EngineHost,
  {backfill, source, target}: Connection,
  mode: RunMode,
  scope: unknown,
  probe: Probe<unknown>,
  {options = {}, ...kind}: RunKind,
): Promise<RunRecord> {
  const {ledger, configDigest, program, now, settings} = host;
  const id = newRunId(host);
  await ledger.runs.create({
    id,
    backfill: backfill.id,
    mode,
    source: source?.id ?? '',
    target: target.id,
    sourceLabel: source?.label ?? '',
    targetLabel: target.label,
    targetName: target.name,
    scope,
    settings: {...settings, ...optionsAs(settings.rate, options)},
    schema: probe.schema,
    configDigest,
    program,
    rehearsedBy: null,
    undoes: null,
    createdAt: now(),
    ...kind,
  });
  return ledger.runs.get(id);
}

/** `20261120-0512-k3f9`: sorts by time, and is short enough to type. */
function newRunId({now, random}: EngineHost): string {
  const [date = '', time = ''] = new Date(now()).toISOString().split('T');
  const suffix = Array.from({length: 4}, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  return `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${suffix}`;
}

/** Without vowels and look-alikes. */
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';
