import {cborToLexRecord, readCar} from '@atproto/repo';
import type {Answer, Call} from '../../src/sandbox/network/answer.ts';
import {carOf, frameOf} from '../../src/sandbox/network/car.ts';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import type {NetworkFaults} from './network-faults.ts';

const car = 'application/vnd.ipld.car';

/** A body that is not what it should be; null where nothing is to happen to it. */
export async function alterBody(faults: NetworkFaults, call: Call, answer: Answer): Promise<Answer | null> {
  if (answer.status !== 200) return null;
  const body = Buffer.from(answer.body);
  const isCar = answer.headers['content-type'] === car;

  const missing = isCar ? faults.take('missing-block', call)?.fault : undefined;
  if (missing !== undefined) return {...answer, body: await without(body, missing.which)};
  const roots = isCar ? faults.take('wrong-roots', call)?.fault : undefined;
  if (roots !== undefined) return {...answer, body: await withRoots(body, roots.count)};
  const cut = faults.take('truncated', call, ({after}) => Math.abs(after) < body.length)?.fault;
  if (cut !== undefined) return {...answer, body: body.subarray(0, cut.after)};
  const flipped = faults.take('flipped-bit', call, ({at = 0}) => at < body.length)?.fault;
  if (flipped !== undefined) {
    const at = flipped.at ?? body.length >> 1;
    body.writeUInt8(body.readUInt8(at) ^ 1, at);
    return {...answer, body};
  }
  const oversized = faults.take('oversized', call)?.fault;
  if (oversized === undefined) return null;
  const more = Buffer.alloc(oversized.bytes, ' ');
  return {...answer, body: isCar ? await withBlock(body, more) : Buffer.concat([more, body])};
}

async function without(body: Uint8Array, which: 'commit' | 'tree' | 'record'): Promise<Uint8Array> {
  const {roots, blocks} = await readCar(body);
  const [root] = roots;
  const entries = blocks.entries();
  const gone = entries.find(({bytes}) => kindOf(cborToLexRecord(bytes)) === which);
  if (root === undefined || gone === undefined) throw new Error(`the CAR has no ${which}`);
  return carOf([root], entries.filter(entry => entry !== gone).map(frameOf));
}

function kindOf(block: object): 'commit' | 'tree' | 'record' {
  if ('sig' in block && 'data' in block) return 'commit';
  return 'e' in block && 'l' in block ? 'tree' : 'record';
}

async function withRoots(body: Uint8Array, count: 0 | 2): Promise<Uint8Array> {
  const {roots, blocks} = await readCar(body);
  return carOf(count === 0 ? [] : [...roots, ...roots], blocks.entries().map(frameOf));
}

async function withBlock(body: Uint8Array, content: Uint8Array): Promise<Uint8Array> {
  const {roots, blocks} = await readCar(body);
  return carOf(roots, [...blocks.entries(), await encodeValue({content})].map(frameOf));
}
