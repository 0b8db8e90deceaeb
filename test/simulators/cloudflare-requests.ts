import {z} from 'zod';

export type Operation = 'query' | 'raw' | 'list' | 'get' | 'bookmark' | 'verify' | 'other';

/** A request as the simulator saw it. */
export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** Entries of a batch, 1 for a single statement, 0 for what has none. */
  readonly statements: number;
  /** Those, as far as they are of the form that the API takes. */
  readonly batch: readonly SimulatedStatement[];
  /** What the client was told; null where there was no answer, or is none yet. */
  readonly status: number | null;
  /** Milliseconds since the epoch, when the request had come in full. */
  readonly at: number;
}

export interface SimulatedStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

const batch = z.object({batch: z.array(z.unknown())});
const single = z.object({sql: z.string(), params: z.array(z.unknown()).default([])});

export function statementsIn(body: string): Pick<SimulatedRequest, 'statements' | 'batch'> {
  const many = batch.safeParse(parsed(body));
  const entries = many.success ? many.data.batch : [parsed(body)];
  const statements = entries.flatMap(entry => single.safeParse(entry).data ?? []);
  return {statements: many.success ? entries.length : statements.length, batch: statements};
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function operationOf(path: string): Operation {
  if (path.endsWith('/user/tokens/verify')) return 'verify';
  const [matched, uuid, action] = /\/d1\/database(?:\/([^/]+)(?:\/(.+))?)?$/.exec(path) ?? [];
  if (action === 'query' || action === 'raw') return action;
  if (action === 'time_travel/bookmark') return 'bookmark';
  if (matched === undefined || action !== undefined) return 'other';
  return uuid === undefined ? 'list' : 'get';
}
