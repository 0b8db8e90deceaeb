import {Fault} from '../core/failure.ts';
import type {SqlValue, Statement} from '../core/sql.ts';

/** What D1 takes over REST: https://developers.cloudflare.com/d1/platform/limits/ */
const maxParams = 100;
const maxSqlBytes = 100_000;
/** The limit of one value is 2 MB. A thousand of the longest keys that a bucket may hold, as JSON, are 1.03 MB. */
const maxValueBytes = 1_900_000;
/** Statements that travel together. */
const maxBodyBytes = 6_000_000;

export interface D1Statement {
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** Statements as JSON can carry them. Refused here, before anything is sent: what D1 would refuse for its size. */
export function d1Statements(
  statements: readonly Pick<Statement, 'sql' | 'params'>[],
): readonly D1Statement[] {
  let total = 0;
  return statements.map(({sql, params}) => {
    const sqlBytes = Buffer.byteLength(sql);
    if (sqlBytes > maxSqlBytes) throw tooLarge(`SQL of ${sqlBytes} bytes`, `${maxSqlBytes} a statement`);
    if (params.length > maxParams)
      throw new Fault(
        'invalid',
        `D1 binds ${maxParams} parameters a statement, and there are ${params.length}`,
      );
    const plain = params.map(plainValue);
    total +=
      sqlBytes +
      plain.reduce<number>(
        (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
        0,
      );
    if (total > maxBodyBytes) throw tooLarge(`a request of more than ${maxBodyBytes} bytes`, 'that at once');
    return {sql, params: plain};
  });
}

function plainValue(value: SqlValue): string | number | null {
  if (typeof value === 'string') {
    const bytes = Buffer.byteLength(value);
    if (bytes > maxValueBytes) throw tooLarge(`a parameter of ${bytes} bytes`, `${maxValueBytes} each`);
    return value;
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new Fault('invalid', `${value} can't be bound: JSON has no such number`);
  }
  if (typeof value === 'bigint') {
    if (BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))) return Number(value);
    throw new Fault('invalid', `${value} can't be bound: D1 takes integers up to 2^53, larger ones as text`);
  }
  if (value === null) return null;
  throw new Fault(
    'invalid',
    "bytes can't be bound: D1 takes JSON, so bind them as hex text, through unhex(?)",
  );
}

function tooLarge(what: string, limit: string): Fault {
  return new Fault('too-large', `${what}: Headgate sends D1 at most ${limit}`);
}
