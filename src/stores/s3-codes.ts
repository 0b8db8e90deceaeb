import type {FailureKind} from '../core/failure.ts';

/** What a code of S3, or of the network on the way to it, means to an operator. */
export interface Meaning {
  readonly codes: readonly string[];
  /** Without one the answer's status decides. */
  readonly kind?: FailureKind;
  readonly cause?: string;
}

/**
 * Codes of AWS (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), R2
 * (developers.cloudflare.com/r2/api/error-codes) and B2, of Node's sockets and of its TLS. Causes are words of our own
 * (Ceph, for one, sends codes without any), by which core/troubleshooting.ts finds what to do.
 */
export const meanings: readonly Meaning[] = [
  {
    codes: [
      'SlowDown',
      'ServiceUnavailable',
      'Throttling',
      'ThrottlingException',
      'TooManyRequests',
      'RequestLimitExceeded',
    ],
    kind: 'rate-limited',
  },
  {codes: ['RequestTimeout'], kind: 'timeout'},
  {codes: ['InternalError'], kind: 'server-error'},
  {codes: ['NoSuchKey', 'NotFound'], kind: 'not-found'},
  {codes: ['PreconditionFailed', 'InvalidRange'], kind: 'changed', cause: 'it changed since it was listed'},
  {codes: ['NoSuchBucket'], kind: 'not-found', cause: 'there is no such bucket'},
  {
    codes: ['NoCredentials'],
    kind: 'denied',
    cause: 'there are no credentials',
  },
  {
    codes: ['InvalidAccessKeyId', 'InvalidToken'],
    kind: 'denied',
    cause: 'the service does not know this access key',
  },
  {
    codes: ['Unauthorized'],
    kind: 'denied',
    cause: 'the service does not know this access key',
  },
  {
    codes: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'],
    kind: 'denied',
    cause: 'the credentials have expired',
  },
  {codes: ['SignatureDoesNotMatch'], kind: 'denied', cause: 'the secret does not belong to the access key'},
  {
    codes: ['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'UnauthorizedAccess'],
    kind: 'denied',
    cause: 'access is denied',
  },
  {
    codes: ['PathResolved'],
    kind: 'invalid',
    cause: 'the service, or a proxy, takes the . or .. in its key for a folder',
  },
  {
    codes: ['BadDigest', 'XAmzContentSHA256Mismatch'],
    kind: 'server-error',
    cause: 'other bytes came there than were sent',
  },
  {codes: ['EntityTooLarge'], kind: 'too-large', cause: 'it is larger than the service takes'},
  {codes: ['QuotaExceeded'], kind: 'refused', cause: 'the quota is used up'},
  {codes: ['NoSuchUpload'], kind: 'not-found', cause: 'the upload is not known any more'},
  {codes: ['InvalidObjectState'], kind: 'denied', cause: 'it is archived'},
  {
    codes: [
      'PermanentRedirect',
      'TemporaryRedirect',
      'AuthorizationHeaderMalformed',
      'IllegalLocationConstraintException',
      'InvalidRegionName',
    ],
    kind: 'invalid',
    cause: 'the bucket is in another region',
  },
  {codes: ['RequestTimeTooSkewed'], kind: 'denied', cause: "this machine's clock is wrong"},
  {
    codes: ['NotS3'],
    cause: 'this is no answer of S3',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN'],
    kind: 'connection',
    cause: 'the name of the host can not be resolved',
  },
  {
    codes: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
    kind: 'connection',
    cause: 'the host can not be reached',
  },
  {
    codes: ['ETIMEDOUT', 'NoConnection', 'NoAnswer'],
    kind: 'timeout',
    cause: 'the host does not answer',
  },
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    kind: 'denied',
    cause: "the host's certificate is not trusted",
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    kind: 'denied',
    cause: "the host's certificate is not valid for it",
  },
  {
    codes: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    kind: 'connection',
    cause: 'the host does not speak TLS there',
  },
];
