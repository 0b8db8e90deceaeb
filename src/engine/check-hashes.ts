import type {AnyBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {AskedHashes, HashAnswer} from '../core/uploads.ts';
import type {Target} from '../databases/database.ts';
import type {Engine} from './engine.ts';
import {targetIoFor} from './io.ts';
import {keptToLook} from './kept.ts';
import {reading} from './steady-reader.ts';

/** What one question may ask for. */
const mostHashes = 500;

export interface HashCheck extends AskedHashes {
  readonly backfill: AnyBackfill;
  readonly target: Target;
  readonly signal: AbortSignal;
}

/**
 * Whether contents are uploaded already, one answer for each hash, in order: what a client asks before it uploads.
 * Upper-case hex is taken. It writes nothing. Throws an OperatorError for what is no SHA-256, and for more than 500.
 */
export async function checkHashes(
  engine: Engine,
  {backfill, target, signal, user, provider, ...asked}: HashCheck,
): Promise<readonly HashAnswer[]> {
  const {answerHashes} = backfill;
  if (answerHashes === undefined)
    throw new OperatorError('usage', `${backfill.id} keeps no contents of users`, 'Use uploads.');
  const hashes = asked.hashes.map(hashIn);
  if (hashes.length > mostHashes)
    throw new OperatorError(
      'usage',
      `${hashes.length} hashes were asked for at once`,
      `Ask for at most ${mostHashes}, and then for the others.`,
    );
  const connection = {backfill, source: null, target};
  const scope = backfill.scope.parse({});
  const {host} = engine;
  const probe = await engine.fineProbe(connection, scope);
  const kept = keptToLook(host, target.id);
  return reading(host, target, reader => {
    const io = {connection, reader, scope, signal, now: host.now, onBytes: () => undefined, kept};
    return answerHashes({user, provider, hashes}, targetIoFor(io), probe);
  });
}

/** The text is not repeated: it may be anything. */
function hashIn(text: string, index: number): string {
  const hash = text.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new OperatorError(
    'usage',
    `hash ${index + 1} is no SHA-256: it has ${text.length} characters`,
    'A SHA-256 is 64 hex digits, as sha256sum prints it.',
  );
}
