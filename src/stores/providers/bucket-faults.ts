import {z} from 'zod';
import {type FailureKind, Fault} from '../../core/failure.ts';
import {answerOf, faultOfAnswer, faultOfConnection, S3Fault} from '../s3-faults.ts';

/** The parts of an error of the SDK that came of an answer. */
const answered = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({httpStatusCode: z.number()}),
  $response: z.object({headers: z.record(z.string(), z.string())}).optional(),
});

/**
 * What the SDK threw, in the words that reading a bucket uses. Without an answer nobody knows whether a write was done:
 * such a Fault is unsettled.
 */
export function faultOfSdk(error: unknown, what: string, host: string): Fault {
  if (error instanceof Fault) return error;
  const parsed = answered.safeParse(error);
  if (parsed.success) {
    const {name, message, $metadata, $response} = parsed.data;
    const {httpStatusCode: status} = $metadata;
    if (status < 300) return unsettled('server-error', `${what}: the answer can't be read`, error, host);
    const said = answerOf(status, $response?.headers ?? {}, '');
    // A body without a code of S3 is somebody else's.
    const code = /^(Unknown|SyntaxError|Error$|TypeError)/.test(name) ? '' : name;
    return faultOfAnswer(
      {...said, code, message: code === '' || message === 'UnknownError' ? '' : message},
      what,
      host,
    );
  }
  if (isNamed(error, 'CredentialsProviderError'))
    return new S3Fault('denied', `${what}: there are no credentials (${error.message})`, {
      code: 'NoCredentials',
    });
  const fault = faultOfConnection(isTimeout(error) ? unanswered(error) : error, what, host);
  return unsettled(fault.kind, fault.message, error, host, fault instanceof S3Fault ? fault.code : '');
}

function unsettled(kind: FailureKind, message: string, cause: unknown, host: string, code = ''): S3Fault {
  return new S3Fault(kind, message, {host, code, isUnsettled: true, cause});
}

/** The SDK tells its own time-outs by a name, which it also gives to a connection that broke: that has a code of Node's. */
function isTimeout(error: unknown): error is Error {
  return isNamed(error, 'TimeoutError') && !('code' in error);
}

function unanswered(error: Error): Error {
  const code = error.message.includes('did not establish') ? 'NoConnection' : 'NoAnswer';
  const said = error.message.replace(/^@smithy\/node-http-handler - /, '');
  return Object.assign(new Error(said, {cause: error}), {code});
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}
