import type {Trouble} from './trouble.ts';

/** What uploads to providers meet. */
export const uploadTroubles: readonly Trouble[] = [
  {
    symptom: 'the provider lacks objects that rows say it has, or has other bytes than they say',
    cause: 'somebody has removed or changed them there, or the name of the provider is another place by now',
    remedy:
      'headgate run uploads … --fresh looks for every object, and uploads again what is lost, while its file is here. What is another is left to you: remove it there, then headgate retry RUN. If the provider has moved, bring its objects along.',
    matches: /has something else under .* than asset /,
  },
  {
    symptom: 'the provider has something else under the name of an object',
    cause: 'objects are named by their content, and this one was damaged, or put there by somebody else',
    remedy:
      'Look at it, and remove it there if nobody needs it; then headgate retry RUN. Nothing that a provider has is ever overwritten.',
    matches: /has something else under /,
  },
  {
    symptom: '403 while uploading to a bucket',
    cause: 'the credentials are good, but may not write there',
    remedy:
      'Grant them writing and reading of objects below the prefix (s3:PutObject, s3:GetObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts) and s3:ListBucketMultipartUploads of the bucket; for R2 a token with Object Read & Write, for B2 a key with writeFiles.',
    matches: /uploading .*\b403\b/,
  },
  {
    symptom: "a file of a folder provider can't be written: ENOSPC, EDQUOT",
    cause: "the provider's disk is full, or its quota is used up",
    remedy: 'Make room there, then headgate retry RUN. Of what was begun nothing is left behind.',
    matches: /can't be written: .*\((?:ENOSPC|EDQUOT)\)/,
  },
  {
    symptom: "a file of a folder provider can't be written: EACCES, EPERM, EROFS",
    cause: 'the user that runs headgate may not write there, or the disk is mounted read-only',
    remedy: 'Grant that user write access to the folder, or mount it writable; then headgate retry RUN.',
    matches: /can't be written: .*\((?:EACCES|EPERM|EROFS)\)/,
  },
  {
    symptom: 'the file has changed since it was hashed',
    cause: 'somebody writes to it, such as a recording that goes on',
    remedy: 'Wait until it rests, then headgate retry RUN: it is hashed again, and uploaded as it is then.',
    matches: /has changed since it was hashed|: the file changed: it /,
  },
  {
    symptom: 'coverage below 100 %: "not hashed yet"',
    cause: 'the file appeared or changed after the last run: a verification hashes nothing',
    remedy: 'Run uploads again: only these are read.',
  },
  {
    symptom: 'coverage below 100 %: "not uploaded"',
    cause: 'the content is known, and the provider does not have it for this user',
    remedy: 'Run uploads again, and go live.',
  },
];
