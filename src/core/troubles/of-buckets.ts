import type {Trouble} from './trouble.ts';

export const noCredentials =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or a profile in the config. For R2 and B2 they are the keys of an API token for S3.';

/** With buckets, and on the way to them; the first is one of every service. */
export const bucketTroubles: readonly Trouble[] = [
  {
    symptom: '"Too many API requests", 429, SlowDown',
    cause:
      'the service lets only so many requests through; Cloudflare counts those of all your programs together',
    remedy:
      'Headgate waits as long as it is told and goes on more slowly. If it stays: stop other programs that use the account, lower settings.d1.requestsPerSecond or --rate, then retry.',
    kinds: ['rate-limited'],
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
    symptom: 'ENOTFOUND, ECONNREFUSED, ETIMEDOUT',
    cause: 'the address is wrong, or the network, VPN or proxy is down',
    remedy: 'Look at the endpoint for a typing error and at the network, then retry.',
    matches: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/,
  },
];
