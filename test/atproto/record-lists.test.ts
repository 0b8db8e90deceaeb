import {describe, expect, it} from 'vitest';
import {listRecords} from './asking.ts';
import {alice, faultOf, instead, listed, networkOf, post} from './network-under-test.ts';
import {sound} from './sound-record.ts';

describe('a list of records', () => {
  it('of millions of levels is refused before it takes a gigabyte', async () => {
    const deep = '['.repeat(2_000_000) + ']'.repeat(2_000_000);
    const {local, pdsOf} = await networkOf(alice({}), {meddle: instead(listRecords, () => ({body: deep}))});
    expect(await faultOf(listed(await pdsOf('alice'), local.didOf('alice'), post))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('is nested deeper than anything that it should have'),
    });
  });

  it('ends with a page that is empty, whatever its cursor', async () => {
    const meddle = instead(listRecords, () => ({body: {records: [], cursor: 'more'}}));
    const {local, pdsOf} = await networkOf(alice({}), {meddle});
    expect(await listed(await pdsOf('alice'), local.didOf('alice'), post)).toEqual([]);
  });

  it('that repeats its cursor is a failure that names it', async () => {
    const good = await sound('"hello"');
    const meddle = instead(listRecords, () => ({
      body: `{"records":[${good('did:plc:x')}],"cursor":"again"}`,
    }));
    const {local, pdsOf} = await networkOf(alice({}), {meddle});
    const pds = await pdsOf('alice');
    expect(await faultOf(listed(pds, local.didOf('alice'), post))).toMatchObject({
      kind: 'invalid',
      host: pds.host,
      message: expect.stringContaining('the list does not go on: its cursor again is repeated'),
    });
  });

  it.each([['<html>'], [[]], [{records: 7}], [{}]])('of another form is named: %j', async body => {
    const {local, pdsOf} = await networkOf(alice({}), {meddle: instead(listRecords, () => ({body}))});
    expect(await faultOf(listed(await pdsOf('alice'), local.didOf('alice'), post))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(`its answer to ${listRecords} is not of the form`),
    });
  });
});
