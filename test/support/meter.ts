import {createServer, type IncomingMessage} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {onTestFinished} from 'vitest';
import {z} from 'zod';
import {listen} from '../../src/sandbox/listen.ts';

/** What D1 was asked for and says that it read and wrote: what a bill is made of. */
export interface Usage {
  readonly requests: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

export interface Meter {
  /** Takes the place of the API's own. */
  readonly baseUrl: string;
  /** Since the last reading. */
  read(): Usage;
}

const answer = z.object({
  result: z.array(z.object({meta: z.object({rows_read: z.number(), rows_written: z.number()})})),
});
const nothing: Usage = {requests: 0, rowsRead: 0, rowsWritten: 0};

/** Passes requests on to D1's REST API, and adds up what its answers say of rows. Ends with the test. */
export async function startMeter(upstream: string): Promise<Meter> {
  let usage = nothing;
  const server = createServer((request, response) => {
    forward(upstream, request).then(
      ({status, body}) => {
        usage = add(usage, body);
        response.writeHead(status, {'content-type': 'application/json'}).end(body);
      },
      () => response.destroy(),
    );
  });
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return {
    baseUrl: `http://127.0.0.1:${listening.port}/client/v4`,
    read: () => {
      const read = usage;
      usage = nothing;
      return read;
    },
  };
}

async function forward(upstream: string, request: IncomingMessage): Promise<{status: number; body: string}> {
  const {method = 'GET', url = '/', headers} = request;
  const sent = await buffer(request);
  const response = await fetch(new URL(url, upstream), {
    method,
    headers: {'content-type': 'application/json', authorization: headers.authorization ?? ''},
    ...(method === 'GET' ? {} : {body: new Uint8Array(sent)}),
  });
  return {status: response.status, body: await response.text()};
}

function add({requests, rowsRead, rowsWritten}: Usage, body: string): Usage {
  const metas = answer.safeParse(JSON.parse(body)).data?.result.map(({meta}) => meta) ?? [];
  return {
    requests: requests + 1,
    rowsRead: metas.reduce((sum, {rows_read}) => sum + rows_read, rowsRead),
    rowsWritten: metas.reduce((sum, {rows_written}) => sum + rows_written, rowsWritten),
  };
}
