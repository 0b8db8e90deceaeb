/**
 * Why an item, a partition or a request could not be completed. The kind decides whether it is tried again; the
 * remedy is what the operator is told. Kinds are the same for a disk, a bucket, a database and a PDS.
 */

export const retryableKinds = ['rate-limited', 'timeout', 'server-error', 'connection', 'changed'] as const;
export const finalKinds = [
  'not-found',
  'denied',
  'invalid',
  'too-large',
  'refused',
  'deactivated',
  'taken-down',
  'no-host',
] as const;
export const failureKinds = [...retryableKinds, ...finalKinds] as const;
export type FailureKind = (typeof failureKinds)[number];

export function isRetryable(kind: FailureKind): boolean {
  return (retryableKinds as readonly FailureKind[]).includes(kind);
}

/** A failure as data: what is stored in the ledger and shown. */
export interface FaultData {
  readonly kind: FailureKind;
  readonly message: string;
}

export interface FaultDetails {
  /** Which host answered, for the limiter. */
  readonly host?: string;
  /** What the service asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The request may have been carried out all the same: nobody knows until it is looked at. */
  readonly isUnsettled?: boolean;
  readonly cause?: unknown;
}

/** A service or the data answered with a failure. Thrown by stores and databases, settled by the engine. */
export class Fault extends Error implements FaultData {
  readonly kind: FailureKind;
  readonly host: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isUnsettled: boolean;

  constructor(kind: FailureKind, message: string, details: FaultDetails = {}) {
    super(message, {cause: details.cause});
    this.name = 'Fault';
    this.kind = kind;
    this.host = details.host;
    this.retryAfterMs = details.retryAfterMs;
    this.isUnsettled = details.isUnsettled ?? false;
  }

  /** An error's message is not among what JSON takes of it. */
  toJSON(): FaultData {
    return {kind: this.kind, message: this.message};
  }
}

/** What an operator does about a failure of this kind; shown where the failure is shown. */
export const remedies: Readonly<Record<FailureKind, string>> = {
  'rate-limited': 'The service asked for fewer requests: retry with a lower --rate.',
  timeout: 'It did not answer in time: retry when the service or disk is less busy.',
  'server-error': 'The service or disk failed: retry; if it stays, look at its own status or the system log.',
  connection: 'The connection broke: check network, address and VPN, then retry.',
  changed: 'It kept changing while it was read: retry when whatever writes it has finished.',
  'not-found': 'It was listed, but is gone: a new dry run leaves it out.',
  denied: 'It may not be read: grant read access to the user that runs headgate, then retry.',
  invalid: 'It can not be indexed as it is: mend it at its source (the message says what), then retry.',
  'too-large': 'It is larger than one request may be: see the message for the limit.',
  refused:
    'A constraint or trigger of the target refused the row: mend the row or the constraint, then retry.',
  deactivated: 'Its owner has deactivated the account: retry if it comes back.',
  'taken-down': 'Its host has taken the account down, or suspended it: retry if it comes back.',
  'no-host': 'Its identity names no host that may be asked: see the message, and retry when it is mended.',
};
