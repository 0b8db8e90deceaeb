import {type FailureKind, type FaultData, remedies} from './failure.ts';

/**
 * What operators meet, why, and what they do: the troubleshooting sections of the original systems as data. A failure
 * whose message fits a row is shown with that row's remedy, any other with the one of its kind. The README's table is
 * this one.
 */
export interface Trouble {
  /** As the operator sees it. */
  readonly symptom: string;
  readonly cause: string;
  readonly remedy: string;
  /** Messages of failures that are this; none for what is no failure. */
  readonly matches?: RegExp;
  readonly kinds?: readonly FailureKind[];
}

export const noCredentials =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or a profile in the config. For R2 and B2 they are the keys of an API token for S3.';

export const troubles: readonly Trouble[] = [
  {
    symptom: '"Too many API requests", 429, SlowDown',
    cause:
      'the service lets only so many requests through; Cloudflare counts those of all your programs together',
    remedy:
      'Headgate waits as long as it is told and goes on more slowly. If it stays: stop other programs that use the account, lower settings.d1.requestsPerSecond or --rate, then retry.',
    kinds: ['rate-limited'],
  },
  {
    symptom: 'coverage below 100 %: "appeared during the run"',
    cause: 'uploads went on while the run worked',
    remedy: 'headgate resume RUN --accept-new, or simply run it again: what has its hash costs no download.',
  },
  {
    symptom: 'coverage below 100 %: "failed"',
    cause: 'objects that could not be read, or rows that were refused; each is on record with its reason',
    remedy: 'headgate failures RUN says why; headgate retry RUN takes up only these.',
  },
  {
    symptom: 'coverage below 100 %: "never listed"',
    cause: 'the object was put there after the last run, or outside of its scope',
    remedy: 'Run it again without --since, --prefix or --max-objects.',
  },
  {
    symptom: 'coverage below 100 %: "planned but not written yet"',
    cause: 'a dry run decided to write it, and no live run has: none was started, or it was stopped',
    remedy:
      'headgate live RUN goes live with the dry run; headgate resume RUN goes on with a stopped live run.',
  },
  {
    symptom: 'a list of objects that breaks off (R2 list truncation)',
    cause: 'the server gives fewer keys than were asked for, or does not say where its list goes on',
    remedy:
      'Nothing: Headgate goes on behind the last key that came. A list that goes back is a failure by name.',
  },
  {
    symptom: '404: no such bucket',
    cause: 'the bucket is named wrongly, or the endpoint is that of another account',
    remedy:
      'Look at the name of the bucket and at --endpoint: for R2 it is https://ACCOUNT_ID.r2.cloudflarestorage.com.',
    matches: /NoSuchBucket/,
  },
  {
    symptom: '404 from Cloudflare: could not route, database not found',
    cause: 'the account, the database or CLOUDFLARE_BASE_URL is another one than you think',
    remedy:
      'Look at CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_BASE_URL; headgate doctor shows what each target is.',
    matches: /^D1: .*\((7003|7404)\)/,
  },
  {
    symptom: '403 ExpiredToken',
    cause: 'temporary credentials ran out in the middle of the run',
    remedy: 'Renew them (aws sso login, or set AWS_SESSION_TOKEN anew), then headgate retry RUN.',
    matches: /\b(ExpiredToken|TokenRefreshRequired)\b/,
  },
  {
    symptom: '403 SignatureDoesNotMatch, InvalidAccessKeyId',
    cause: 'access key and secret do not belong together, or to this service',
    remedy:
      'Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or at the profile. For R2 and B2 they are the keys of an S3 API token.',
    matches: /\b(SignatureDoesNotMatch|InvalidAccessKeyId|InvalidToken)\b/,
  },
  {
    symptom: 'there are no credentials',
    cause: 'neither environment nor profile has an access key',
    remedy: noCredentials,
    matches: /there are no credentials/,
  },
  {
    symptom: '401 Unauthorized',
    cause: 'the service does not know this access key',
    remedy:
      'Look at AWS_ACCESS_KEY_ID, or at the profile. For R2 it is the access key id of an API token of the account that the endpoint names.',
    matches: /the service does not know this access key/,
  },
  {
    symptom: '403 RequestTimeTooSkewed',
    cause: "this machine's clock is wrong",
    remedy: "Set this machine's clock (timedatectl set-ntp true), then retry.",
    matches: /RequestTimeTooSkewed/,
  },
  {
    symptom: '403 InvalidObjectState',
    cause: 'the object is archived (Glacier)',
    remedy: 'Restore it first, or leave it out with --prefix; then retry.',
    matches: /InvalidObjectState/,
  },
  {
    symptom: '301 PermanentRedirect, 400 AuthorizationHeaderMalformed',
    cause: 'the bucket lives in another region',
    remedy: 'Name it: --region REGION, or region in the config. For R2 it is auto.',
    matches: /the bucket is in another region(.*its region is (?<region>[a-z0-9-]+))?/s,
  },
  {
    symptom: '403 AccessDenied',
    cause: 'the credentials are good, but may not do this',
    remedy:
      'Grant them listing (s3:ListBucket) and reading (s3:GetObject) of this bucket; for R2 a token with Object Read.',
    matches: /\b403\b.*AccessDenied/,
  },
  {
    symptom: 'self-signed certificate, unable to verify',
    cause: 'the server has a certificate that this machine does not trust',
    remedy:
      'If the host is yours, name the authority that signed its certificate: NODE_EXTRA_CA_CERTS=FILE.pem. If not, somebody stands in between.',
    matches: /certificate is not trusted/,
  },
  {
    symptom: 'certificate of another name, expired, not yet valid',
    cause: 'the address is another one than the certificate is for, or a clock is wrong',
    remedy: "Look at the endpoint's name and at this machine's clock; the rest is for whoever runs the host.",
    matches: /certificate is not valid for it/,
  },
  {
    symptom: 'the host does not speak TLS there',
    cause: 'https:// where http:// is spoken, or another port',
    remedy: 'Look at the endpoint: is it http:// rather than https://, or another port?',
    matches: /does not speak TLS there/,
  },
  {
    symptom: 'this is no answer of S3',
    cause: 'a console, a website, a proxy or a sign-in page answers in its place',
    remedy:
      'Look at the endpoint: is it the address for S3, and not that of a console or a website? Is there a proxy, or a network that wants a sign-in?',
    matches: /this is no answer of S3|answered with (not a listing|something)/,
  },
  {
    symptom: 'the service, or a proxy, takes the . or .. in a key for a folder',
    cause: 'the key has a segment that addresses are shortened by',
    remedy: 'Rename the object, or leave it out with --prefix: it can not be asked for by this name.',
    matches: /takes the \. or \.\. in its key for a folder/,
  },
  {
    symptom: 'the host does not answer',
    cause: 'a firewall, a VPN that is down, or a wrong port',
    remedy: 'Look at host and port of the endpoint, and at the network: VPN, firewall, proxy.',
    matches: /the host does not answer|: (nothing came|no connection to \S+) for \d/,
  },
  {
    symptom: 'a host of accounts refuses connections, or its name can not be resolved',
    cause: 'it is down, or gone: what its accounts hold can be read nowhere else, unless they move',
    remedy: 'headgate retry RUN when it is back: where each account is, is then looked up again.',
    matches:
      /: (it refuses connections|its name can not be resolved|there is no way to it|it broke the connection) \(/,
  },
  {
    symptom: 'ENOTFOUND, ECONNREFUSED, ETIMEDOUT',
    cause: 'the address is wrong, or the network, VPN or proxy is down',
    remedy: 'Look at the endpoint for a typing error and at the network, then retry.',
    matches: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/,
  },
  {
    symptom: 'Authentication error (10000)',
    cause: 'Cloudflare refused the API token',
    remedy:
      'CLOUDFLARE_API_TOKEN needs D1: Edit for this account; make one at dash.cloudflare.com/profile/api-tokens, then retry.',
    matches: /^D1: .*\(10000\)|^D1: 40[13]\b/,
  },
  {
    symptom: 'D1: overloaded, exceeded timeout, CPU or memory limit',
    cause: 'a request asked D1 for more than it does in 30 seconds',
    remedy:
      'Headgate sends smaller pages and fewer requests by itself. If it stays, lower settings.page.items and look for other heavy queries.',
    matches: /^D1: .*(overloaded|exceeded timeout|CPU time limit|memory limit)/,
  },
  {
    symptom: 'the file was moved or removed while it was open',
    cause: 'somebody moved or deleted the database in the middle of the run',
    remedy:
      'Put it back where it was, or restore it from a backup, then headgate resume RUN. If there is none, headgate migrate BACKFILL --target TARGET makes a new one; then make a new dry run.',
    matches: /: the file was moved or removed while it was open/,
  },
  {
    symptom: 'attempt to write a readonly database',
    cause: 'the user that runs headgate may read the database, but not write it',
    remedy: 'Grant that user write access to the file and to its folder, then headgate resume RUN.',
    matches: /attempt to write a readonly database/,
  },
  {
    symptom: 'no such table',
    cause: 'the table was dropped or renamed in the middle of the run',
    remedy:
      'Restore it, or let headgate migrate BACKFILL --target TARGET make it anew, then headgate resume RUN. What was in it a new dry run finds missing.',
    matches: /no such table: (?!headgate_)/,
  },
  {
    symptom: 'media-ingest has nothing to insert on every run',
    cause: 'every version that is listed is in the catalogue',
    remedy: 'Nothing: that is how it should be. headgate coverage media-ingest shows it.',
  },
  {
    symptom: 'the inventory is empty, or has so many fewer objects than before',
    cause:
      'objects were deleted, or the source was not listed as a whole: another bucket, a key that sees a part',
    remedy:
      'Look at the bucket and its keys. Where it is right, accept the number: --accept-shrunk N, or type it in the console.',
  },
  {
    symptom: 'nothing was published: headgate_staged.b2_key',
    cause: 'somebody else wrote to the table of staged rows while the run was at work',
    remedy: 'headgate resume RUN stages anew what the run has decided, and publishes it.',
    matches: /NOT NULL constraint failed: headgate_staged\.b2_key/,
  },
  {
    symptom: 'nothing was published: headgate_staged.media_uid',
    cause: 'a trigger of the table kept a row from being inserted without a word (RAISE(IGNORE))',
    remedy:
      'Drop or mend the trigger; then headgate cancel RUN, and a new dry run: with another trigger it is another schema.',
    matches: /NOT NULL constraint failed: headgate_staged\.media_uid/,
  },
  {
    symptom: 'nothing was published: … changes at once',
    cause: 'D1 did not publish so many rows in the 30 s of a request',
    remedy:
      'Take them up in parts, each published by itself: --max-objects N, again and again, or one --prefix after the other.',
    matches: /^nothing was published: .*changes at once/,
  },
  {
    symptom: 'nothing was published: constraint failed',
    cause: 'a constraint or trigger refused a row, and with it all of the run',
    remedy: 'Mend the row, the constraint or the trigger that the message names, then headgate resume RUN.',
    matches: /^nothing was published: .*constraint failed/,
  },
];

/** What an operator does about what coverage counts as missing for this cause; null where nobody knows. */
export function remedyForCause(why: string): string | null {
  return (
    troubles.find(({symptom}) => symptom.startsWith('coverage') && symptom.endsWith(`"${why}"`))?.remedy ??
    null
  );
}

/** What an operator does about this failure. */
export function remedyFor({kind, message}: FaultData): string {
  const found = troubles.find(
    ({matches, kinds}) => matches?.test(message) === true || kinds?.includes(kind) === true,
  );
  const named = found?.matches?.exec(message)?.groups?.['region'] ?? 'REGION';
  return found?.remedy.replace('REGION', named) ?? remedies[kind];
}
