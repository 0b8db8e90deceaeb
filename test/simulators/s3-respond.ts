import type {ServerResponse} from 'node:http';
import type {Answer} from './s3-answers.ts';
import type {S3Faults} from './s3-faults.ts';
import type {S3Request} from './s3-request.ts';

/** Sends an answer; where a fault of the body is to happen to it, sends it as badly as the fault says. */
export function respond(
  response: ServerResponse,
  request: S3Request,
  answer: Answer,
  faults: S3Faults,
): void {
  if (request.method === 'HEAD') {
    response.writeHead(answer.status, answer.headers).end();
    return;
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  if (answer.status >= 300 || !respondBadly(response, request, {...answer, body}, faults))
    response.writeHead(answer.status, {...answer.headers, 'content-length': body.length}).end(body);
}

function respondBadly(
  response: ServerResponse,
  request: S3Request,
  {status, headers, body}: Answer & {readonly body: Buffer},
  faults: S3Faults,
): boolean {
  const isShorter = ({after}: {readonly after: number}) => after < body.length;

  const cut = faults.take('cut-body', request, isShorter);
  if (cut !== null) {
    response.writeHead(status, {...headers, 'content-length': body.length});
    sendStart(response, body.subarray(0, cut.after), () => {
      if (cut.by === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.destroy();
    });
    return true;
  }
  const stalled = faults.take('stalled-body', request, isShorter);
  if (stalled !== null) {
    response.writeHead(status, {...headers, 'content-length': body.length});
    sendStart(response, body.subarray(0, stalled.after), () => {});
    return true;
  }
  const wrong = faults.take('wrong-length', request, ({off}) => off !== 0 && body.length + off >= 0);
  if (wrong !== null) {
    const declared = body.length + wrong.off;
    const fitted = wrong.sends === 'object' ? body : Buffer.alloc(declared);
    if (fitted !== body) body.copy(fitted);
    response.writeHead(status, {...headers, 'content-length': declared, connection: 'close'});
    if (fitted === body) sendStart(response, body, () => response.socket?.end());
    else response.end(fitted);
    return true;
  }
  return false;
}

/** Calls back when what there is so far has gone to the operating system. */
function sendStart(response: ServerResponse, bytes: Buffer, sent: () => void): void {
  response.flushHeaders();
  response.socket?.write(bytes, sent);
}
