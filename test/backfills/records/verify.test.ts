import {describe, expect, it} from 'vitest';
import {startVerify} from '../../../src/engine/verify-run.ts';
import {makeRecords, type RecordScope, type RecordsBench, unrehearsed} from '../../support/records.ts';
import {pgliteHost} from '../../support/target-host.ts';
import {accountAt, note} from './worlds.ts';

/** What a verification finds of the repositories that it compares. */
async function compared({engine, connection}: RecordsBench, scope: RecordScope) {
  const ends = connection();
  const handle = await startVerify(engine, ends, {
    scope: ends.backfill.scope.parse(scope),
    sample: null,
    reads: ['target', 'rows', 'listing', 'bytes'],
    coverage: false,
    only: null,
  });
  const {checks} = await handle.done;
  return checks.find(({id}) => id === 'repositories-match');
}

describe('a verification of records', () => {
  const hosted = pgliteHost.begin();

  it('with proofs finds what its owner did not sign, and without them takes the host’s word', async () => {
    const bench = await makeRecords(hosted, {
      hosts: {one: {}},
      accounts: [
        accountAt('one', 'alice'),
        {...accountAt('one', 'forged'), document: 'other-key'},
        accountAt('one', 'off'),
      ],
    });
    await unrehearsed(bench, {collections: [note]});
    bench.network.setStatus('off', 'deactivated');
    const scope = {collections: [note]};
    expect(await compared(bench, scope)).toMatchObject({
      count: 0,
      note: '2 repositories compared; 1 repository could not be read',
    });
    expect(await compared(bench, {...scope, proofs: true})).toMatchObject({
      count: 1,
      note: '1 repository compared, each down to its signed commit; 1 repository could not be read',
      sample: [
        {
          key: bench.network.didOf('forged'),
          detail: expect.stringMatching(/its commit can not be taken: its signature is not that of did:key:/),
        },
      ],
    });
  });
});
