import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {onTestFinished} from 'vitest';

const typeTxt = 16;
const nameError = 3;
const headerBytes = 12;

/** A server of TXT records on loopback, until the test is over. Its address is such as a resolver takes. */
export async function dnsServer(texts: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, {port, address}) => socket.send(answer(query, texts), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** RFC 1035: the question as it came, and an answer for each text. */
function answer(query: Buffer, texts: Readonly<Record<string, readonly string[]>>): Buffer {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(headerBytes, at + 5);
  const known = texts[labels.join('.')];
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (known === undefined ? nameError : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(known?.length ?? 0, 6);
  return Buffer.concat([header, question, ...(known ?? []).map(record)]);
}

function record(text: string): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.from([
    0xc0,
    headerBytes,
    0,
    typeTxt,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    data.length + 1,
    data.length,
  ]);
  return Buffer.concat([head, data]);
}
