import {cidForRecord} from '@atproto/repo';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {jsonOfCbor} from '../../src/atproto/cbor-json.ts';
import {cborOfJson} from '../../src/atproto/cbor-write.ts';
import {cidOfDigest, digestOf, linkBytes, linkText} from '../../src/atproto/cid.ts';
import {parseExactly} from '../../src/atproto/exact-json.ts';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {Fault} from '../../src/core/failure.ts';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import {record} from './lex-values.ts';

const {cidOf} = openNetwork({label: 'test'});

describe('the CID of a record', () => {
  it('is the one that the reference implementation computes', async () => {
    await fc.assert(
      fc.asyncProperty(record, async ({lex, json}) => {
        expect(cidOf(json)).toBe((await cidForRecord(lex)).toString());
      }),
      {numRuns: 1_000},
    );
  });

  it('takes halves of surrogate pairs for what every encoder makes of them', async () => {
    const units = fc.string({unit: fc.nat(0xffff).map(code => String.fromCharCode(code))});
    await fc.assert(
      fc.asyncProperty(units, async text => {
        expect(cidOf(JSON.stringify({text}))).toBe((await cidForRecord({text})).toString());
      }),
    );
  });

  it('does not depend on how the JSON is written', () => {
    const cid = cidOf('{"a":1,"bb":[{"$bytes":"AAE"}],"é":"\\u00e9"}');
    expect(cid).toMatch(/^bafyrei[a-z2-7]{52}$/);
    for (const other of [
      ' { "bb" : [ { "$bytes" : "AAE=" } ] , "\\u00e9" : "é" , "a" : 1e0 } ',
      '{"é":"é","bb":[{"$bytes":"AAE"}],"a":1}',
      '{"a":7,"a":1,"bb":[{"$bytes":"AAE"}],"é":"é"}',
    ])
      expect(cidOf(other)).toBe(cid);
  });

  it.each([
    '',
    'null',
    '7',
    '[]',
    '"text"',
    '{',
    '{"a":1e999}',
    '{"$link":"bafy"}',
    '{"a":{"$bytes":1}}',
    '{"$bytes":"AAE"}',
  ])('is none for what is no record: %s', json => {
    // {"$bytes": …} alone is bytes, and bytes are no record.
    expect(cidOf(json)).toBeNull();
  });

  it('is that of a fraction where hosts have one, though the data model does not', async () => {
    const bytes = Buffer.from('a16161fb3ff8000000000000', 'hex');
    expect(jsonOfCbor(bytes)).toEqual({json: '{"a":1.5}', hasNul: false});
    expect(cidOf('{"a":1.5}')).toBe(cidOfDigest(digestOf(bytes)));
  });
});

describe('a block of DAG-CBOR', () => {
  it('is given as JSON that says the same, and leads back to the block', async () => {
    await fc.assert(
      fc.asyncProperty(record, async ({lex, json}) => {
        const {cid, bytes} = await encodeValue(lex);
        const given = jsonOfCbor(Buffer.from(bytes));
        expect(JSON.parse(given.json)).toEqual(JSON.parse(json));
        expect(cidOf(given.json)).toBe(cid.toString());
        expect(given.hasNul).toBe(/(?<!\\)(?:\\\\)*\\u0000/.test(given.json));
      }),
      {numRuns: 1_000},
    );
  });

  it('keeps whole numbers of 64 bits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n), async number => {
        const json = `{"n":${number}}`;
        const cbor = Buffer.from(cborOfJson(parseExactly(json)));
        expect(jsonOfCbor(cbor).json).toBe(json);
        expect(cidOf(json)).toBe(cidOfDigest(digestOf(cbor)));
      }),
    );
  });

  it('that was damaged is refused, or it is another record and leads back to itself: nothing in between', async () => {
    const damaged = fc.tuple(
      record,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), {minLength: 1, maxLength: 3}),
      fc.nat(3),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async ([{lex}, changes, cut]) => {
        const bytes = Buffer.from((await encodeValue(lex)).bytes);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const block = bytes.subarray(0, bytes.length - (cut === 3 ? 0 : cut));
        const json = jsonUnlessRefused(block);
        if (json !== null) expect(Buffer.from(cborOfJson(parseExactly(json)))).toEqual(block);
      }),
      {numRuns: 3_000},
    );
  });

  it.each([
    ['nothing', '', 'its content breaks off'],
    ['a text', '6161', 'its content has a value of another type than expected'],
    ['two maps', 'a0a0', 'its content has something behind its end'],
    ['a map that is not there', 'a1', 'its content breaks off'],
    ['a million entries that are not there', 'ba000f4240', 'its content breaks off'],
    ['2^64 - 1 entries', 'bbffffffffffffffff', 'its content has a map larger than it can be'],
    ['a list of 2^64 - 1', 'a161619bffffffffffffffff', 'its content has a list longer than it can be'],
    ['a text of 2^63 bytes', 'a161617b8000000000000000', 'its content breaks off'],
    ['a number written too long', 'a161611801', 'its content has a number that is written longer than it is'],
    [
      '2^32 - 1 in eight bytes',
      'a161611b00000000ffffffff',
      'its content has a number that is written longer than it is',
    ],
    ['a text of open length', 'a161617f6161ff', 'its content has a value of open length'],
    ['a map of open length', 'bf616101ff', 'its content has a value of open length'],
    ['keys out of order', 'a2626161016162f5', 'its content has keys that are out of order, or twice'],
    ['a key twice', 'a2616101616102', 'its content has keys that are out of order, or twice'],
    ['a key that is a number', 'a10102', 'its content has a value of another type than expected'],
    ['undefined', 'a16161f7', 'its content has a simple value that the data model does not have'],
    [
      'a float of 16 bits',
      'a16161f93e00',
      'its content has a simple value that the data model does not have',
    ],
    [
      'a whole number as a float',
      'a16161fb3ff0000000000000',
      'its content has a whole number, or none, as a fraction',
    ],
    ['NaN', 'a16161fb7ff8000000000000', 'its content has a whole number, or none, as a fraction'],
    ['-0', 'a16161fb8000000000000000', 'its content has a whole number, or none, as a fraction'],
    ['a date', 'a16161c11a5f5e1000', 'its content has a tag that the data model does not have'],
    ['a link without its zero', 'a16161d82a4101', 'its content has a link without its leading zero'],
    ['a link to nothing', 'a16161d82a4100', 'its content has a link that is no CIDv1'],
    ['bytes that are no UTF-8', 'a1616161ff', 'its content has text that is no UTF-8'],
    ['half a surrogate pair', 'a1616163eda080', 'its content has text that is no UTF-8'],
    [
      'a map that JSON would take for bytes',
      'a16161a1662462797465736141',
      'its content has a map of nothing but $bytes,',
    ],
    [
      'a record that JSON would take for a link',
      'a165246c696e6b6141',
      'its content has a map of nothing but $link,',
    ],
  ])('that is %s is refused', (_, hex, message) => {
    expect(() => jsonOfCbor(Buffer.from(hex, 'hex'))).toThrow(message);
  });

  it('is taken up to a mebibyte and 32 levels, in both directions', () => {
    const nested = (levels: number) => Buffer.from(`a16161${'81'.repeat(levels - 1)}f6`, 'hex');
    const {json} = jsonOfCbor(nested(32));
    expect(cidOf(json)).toBe(cidOfDigest(digestOf(nested(32))));
    expect(() => jsonOfCbor(nested(33))).toThrow('deeper than the 32 levels');
    expect(cidOf(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`)).toBeNull();
    const head = Buffer.from('a161617a000ffff8', 'hex');
    const most = Buffer.concat([head, Buffer.alloc(1_048_576 - head.length, 'x')]);
    expect(cidOf(jsonOfCbor(most).json)).toBe(cidOfDigest(digestOf(most)));
    expect(() => jsonOfCbor(Buffer.concat([most, Buffer.of(0)]))).toThrow(
      'it is larger than a record may be: 1,048,577 bytes, more than 1,048,576 bytes',
    );
    expect(cidOf(`{"a":"${'x'.repeat(1_048_569)}"}`)).toBeNull();
  });

  it('with as many keys as fit takes about as long in any order: they are not put in place one by one', () => {
    const keys = Array.from({length: 120_000}, (_, n) => `k${String(n).padStart(5, '0')}`);
    const timed = (names: readonly string[]) => {
      const json = `{${names.map(name => `"${name}":1`).join(',')}}`;
      const startedAt = performance.now();
      return {cid: cidOf(json), ms: performance.now() - startedAt};
    };
    const inOrder = timed(keys);
    const reversed = timed(keys.toReversed());
    expect(reversed.cid).toBe(inOrder.cid);
    // One by one it is fifty times as long, if not more.
    expect(reversed.ms / inOrder.ms).toBeLessThan(20);
  });
});

function jsonUnlessRefused(block: Buffer): string | null {
  try {
    return jsonOfCbor(block).json;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

describe('a link', () => {
  it.each([
    'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylai',
    'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    // dag-pb, and SHA-512.
    'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  ])('%s leads anywhere', text => {
    const bytes = linkBytes(text);
    expect(bytes?.[0]).toBe(1);
    expect(linkText(bytes ?? Buffer.alloc(0))).toBe(text);
  });

  it.each([
    '',
    'b',
    'bafyrei',
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    'zdpuAyvkgEDQm9TenwGkd5eNaosSxjgEYd8QatfPetgB1CdEZ',
    'BAFYREIB2RXK3RYBLOQTQWBOECWYXMPFXBYI3TQDTTVMUQJUWLBGSBCYLAI',
    'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylaj',
    'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylaia',
    `b${'a'.repeat(1_000_000)}`,
  ])('is not %.70s', text => {
    expect(linkBytes(text)).toBeNull();
  });

  it('has one text for its bytes, and one form of bytes for a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 110}), bytes => {
        const text = linkText(Buffer.from(bytes));
        if (text !== null) expect(linkBytes(text)).toEqual(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^b[a-z2-7]{0,80}$/), text => {
        const bytes = linkBytes(text);
        if (bytes !== null) expect(linkText(bytes)).toBe(text);
      }),
    );
  });
});
