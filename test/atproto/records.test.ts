import {describe, expect, it} from 'vitest';
import type {FetchedRecord} from '../../src/atproto/network.ts';
import type {Json} from '../../src/sandbox/network/spec.ts';
import {listRecords} from './asking.ts';
import {alice, faultOf, instead, like, listed, networkOf, post, posts, signal} from './network-under-test.ts';
import {sound} from './sound-record.ts';

/** What a host would have to say of Alice's posts for them to look like this. */
type Told = Readonly<Partial<Record<'uri' | 'cid' | 'value', unknown>>>;

/** A page of listRecords of the host's own making. Texts stand in it as they are. */
async function pageOf(items: readonly (Told | string)[] | ((did: string) => readonly (Told | string)[])) {
  let did = '';
  const body = () => {
    const all = typeof items === 'function' ? items(did) : items;
    return `{"records":[${all.map(item => (typeof item === 'string' ? item : JSON.stringify(item)))}]}`;
  };
  const {local, network, pdsOf} = await networkOf(alice({}), {
    meddle: instead(listRecords, () => ({body: body()})),
  });
  did = local.didOf('alice');
  const page = await (await pdsOf('alice')).listRecords({did, collection: post, cursor: null}, signal);
  return {did, records: page.records, network};
}

const faults = (records: readonly FetchedRecord[]) => records.map(({fault}) => fault?.message ?? null);

describe('records of a host', () => {
  it('come in ascending order, all of them, with their content', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(250), [like]: {x: {$type: like}}}));
    const pds = await pdsOf('alice');
    const records = await listed(pds, local.didOf('alice'), post);
    const expected = [...local.records()].filter(({collection}) => collection === post);
    expect(records.map(({uri, cid, json, fault}) => ({uri, cid, value: JSON.parse(json), fault}))).toEqual(
      expected.map(({uri, cid, value}) => ({uri, cid, value, fault: null})),
    );
    expect(records[3]).toMatchObject({collection: post, rkey: 'r000003', isUnstorable: false});
    // Three pages, and the empty one to which the cursor of the third leads.
    expect(local.hosts['one']?.requests).toEqual({[listRecords]: 4});
  });

  it('are counted in bytes of the answer', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(2)}));
    const did = local.didOf('alice');
    const page = await (await pdsOf('alice')).listRecords({did, collection: post, cursor: null}, signal);
    expect(page.bytes).toBeGreaterThan(page.records.reduce((sum, {json}) => sum + json.length, 0));
    expect(page.cursor).toBe('r000001');
  });

  it('keep links, bytes and blobs in the form that the data model has for them', async () => {
    const value: Json = {
      $type: post,
      picture: {
        $type: 'blob',
        ref: {$link: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'},
        mimeType: 'image/png',
        size: 7,
      },
      key: {$bytes: 'AAEC/w'},
      empty: {$bytes: ''},
      of: [{$link: 'bafyreib2rxk3rybloqtqwboecwyxmpfxbyi3tqdttvmuqjuwlbgsbcylai'}, null, {}, []],
    };
    const {local, network, pdsOf} = await networkOf(alice({[post]: {a: value}}));
    const [record] = await listed(await pdsOf('alice'), local.didOf('alice'), post);
    expect(record?.fault).toBeNull();
    expect(JSON.parse(record?.json ?? '')).toEqual(value);
    expect(network.cidOf(record?.json ?? '')).toBe(record?.cid);
  });

  it('that a host changed are faults of their own, and their neighbours are taken', async () => {
    const spec = alice(
      {[post]: posts(5)},
      {lies: {[`${post}/r000002`]: {$type: post, text: 'something else'}}},
    );
    const {local, pdsOf} = await networkOf(spec);
    const records = await listed(await pdsOf('alice'), local.didOf('alice'), post);
    expect(faults(records)).toEqual([
      null,
      null,
      expect.stringMatching(/^its CID is said to be bafyrei\w+, but its content has bafyrei\w+$/),
      null,
      null,
    ]);
    expect(records[2]).toMatchObject({rkey: 'r000002', json: '', fault: {kind: 'invalid'}});
  });

  it('of other repositories, collections and keys are faults that come last, under keys in order', async () => {
    const good = await sound('"hello"', 'm');
    const {did, records} = await pageOf(us => [
      {uri: `at://did:plc:bbbbbbbbbbbbbbbbbbbbbbbb/${post}/a`, cid: 'x', value: {}},
      {uri: `at://${us}/${like}/a`, cid: 'x', value: {}},
      good(us),
      {uri: `at://${us}/${post}/`, cid: 'x', value: {}},
      {uri: `at://${us}/${post}/..`},
      {uri: `at://${us}/${post}/a/b`},
      {uri: 7},
      '"a text"',
    ]);
    const standIns = Array.from({length: 7}, (_, number) => `m#00000${number}`);
    expect(records.map(({rkey}) => rkey)).toEqual(['m', ...standIns]);
    expect(faults(records)).toEqual([
      null,
      `its URI is at://did:plc:bbbbbbbbbbbbbbbbbbbbbbbb/${post}/a, and not one of at://${did}/${post}/`,
      `its URI is at://${did}/${like}/a, and not one of at://${did}/${post}/`,
      `its URI is at://${did}/${post}/, and not one of at://${did}/${post}/`,
      `its URI is at://${did}/${post}/.., and not one of at://${did}/${post}/`,
      `its URI is at://${did}/${post}/a/b, and not one of at://${did}/${post}/`,
      `it has no URI, and not one of at://${did}/${post}/`,
      `it has no URI, and not one of at://${did}/${post}/`,
    ]);
  });

  it('that come twice in a page are taken once, the sound one', async () => {
    const good = await sound('"hello"');
    const bad = (us: string) => ({uri: `at://${us}/${post}/a`, cid: 'bafyreixxx', value: {}});
    const {records} = await pageOf(us => [bad(us), good(us), good(us), bad(us)]);
    expect(records).toMatchObject([{rkey: 'a', fault: null}]);
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['[1, 9007199254740993, {"n": -9007199254740993}]', '[1,9007199254740993,{"n":-9007199254740993}]'],
  ])('keep whole numbers as they are: %s', async (text, expected) => {
    const good = await sound(text);
    const {records} = await pageOf(us => [good(us)]);
    expect(records).toMatchObject([{fault: null, json: `{"$type":"${post}","text":${expected}}`}]);
  });

  it.each([
    ['18446744073709551616', 'its content has a whole number of more than 64 bits'],
    ['-18446744073709551617', 'its content has a whole number of more than 64 bits'],
    ['123456789012345678901', 'its content has a number too large to be whole'],
    ['1e400', 'its content has a number too large to be whole'],
    ['{"$link":"Qmfoo"}', 'its content has a $link that is no CIDv1'],
    ['{"$bytes":"AA!A"}', 'its content has a $bytes that is no base64'],
    ['{"$bytes":7}', 'its content has a $bytes that is no base64'],
  ])('are faults where the data model has no such value: %s', async (text, message) => {
    const {records} = await pageOf(us => [
      `{"uri":"at://${us}/${post}/a","cid":"bafyreixxx","value":{"text":${text}}}`,
    ]);
    expect(records).toMatchObject([{fault: {kind: 'invalid', message}, json: ''}]);
  });

  it.each(['7', 'null', '"text"', '[]'])('are faults where their content is no map: %s', async text => {
    const {records} = await pageOf(us => [`{"uri":"at://${us}/${post}/a","cid":"x","value":${text}}`]);
    expect(faults(records)).toEqual(['it is no record: its content is no map']);
  });

  it('are faults where they are too large or too deep', async () => {
    const large = `"${'x'.repeat(1_048_576)}"`;
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const fits = await sound(deep(31), 'a');
    const {records} = await pageOf(us => [
      fits(us),
      ...[deep(32), deep(100_000), large].map(
        (text, n) => `{"uri":"at://${us}/${post}/b${n}","cid":"bafyreixxx","value":{"text":${text}}}`,
      ),
    ]);
    const tooDeep = 'it is nested deeper than the 32 levels that a record may have';
    expect(records.map(({fault}) => fault)).toEqual([
      null,
      {kind: 'too-large', message: tooDeep},
      {kind: 'too-large', message: tooDeep},
      {kind: 'too-large', message: 'it is larger than a record may be: more than 1,048,576 bytes'},
    ]);
  });

  it.each([
    ['"plain"', false],
    ['"a\\u0000b"', true],
    ['"half \\ud83d"', true],
    ['"half \\uDE00 of it"', true],
    ['"whole \\ud83d\\ude00"', false],
    ['"\\\\u0000 is written out"', false],
    ['{"key\\u0000": 1}', true],
    ['[[{"deep": ["\\udfff"]}]]', true],
  ])('tell whether a Postgres could not take them: %s', async (text, isUnstorable) => {
    const good = await sound(text);
    const other = await sound('"beside"', 'b');
    const {records} = await pageOf(us => [good(us), other(us)]);
    expect(records).toMatchObject([
      {fault: null, isUnstorable},
      {fault: null, isUnstorable: false},
    ]);
  });

  it('are asked for in fewer where a page has more values than a record may have, and not read one by one', async () => {
    const good = await sound('9007199254740993');
    const many = `{"uri":"u","cid":"c","value":{"n":[9007199254740993${',1'.repeat(3_000_000)}]}}`;
    let did = '';
    const asked: string[] = [];
    const {local, pdsOf} = await networkOf(alice({}), {
      meddle: instead(listRecords, ({query}) => {
        asked.push(query.get('limit') ?? '');
        return {body: `{"records":[${asked.length === 1 ? many : good(did)}]}`};
      }),
    });
    did = local.didOf('alice');
    const page = await (await pdsOf('alice')).listRecords({did, collection: post, cursor: null}, signal);
    expect(page.records).toMatchObject([{rkey: 'a', fault: null}]);
    expect(asked).toEqual(['100', '10']);
  });

  it('of which a page has a hundred times as many as were asked for are not taken one by one', async () => {
    expect(await faultOf(pageOf(() => Array.from({length: 10_001}, () => '{}')))).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/: a page of its list has 10,001 records$/),
    });
  });

  it('that are too large for one answer together are asked for in fewer', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(120)}), {limits: {pageBytes: 8_000}});
    const records = await listed(await pdsOf('alice'), local.didOf('alice'), post);
    expect(records).toHaveLength(120);
  });

  it('that are too large for an answer each are named', async () => {
    const {local, pdsOf} = await networkOf(alice({[post]: posts(3)}), {limits: {pageBytes: 100}});
    expect(await faultOf(listed(await pdsOf('alice'), local.didOf('alice'), post))).toMatchObject({
      kind: 'too-large',
      message: expect.stringMatching(/a page of one record is larger than 100 bytes/),
    });
  });
});
