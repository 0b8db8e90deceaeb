import {expect, it} from 'vitest';
import {repositoryEstimateLines, repositoryWordsOf} from '../../src/commands/estimate-repository-words.ts';
import {predictRepositories} from '../../src/engine/estimate-repository-prediction.ts';
import {repositoryWarningsOf} from '../../src/engine/estimate-repository-warnings.ts';
import {repositoriesFacts, repositoriesOf, repositoryOf} from '../support/repository-facts.ts';

const records = repositoryWordsOf('records');

function words(...args: Parameters<typeof repositoriesFacts>): string {
  const facts = repositoriesFacts(...args);
  const prediction = predictRepositories(facts);
  return repositoryEstimateLines({facts, prediction, warnings: repositoryWarningsOf(facts)}, records).join(
    '\n',
  );
}

it('says of everything what is known, line by line', () => {
  const repositories = [
    ...repositoriesOf(18, {insert: 100}),
    repositoryOf('gone', {}, {failed: 'deactivated'}),
    repositoryOf('nowhere', {}, {failed: 'no-host'}),
  ];
  expect(words({repositories, rows: 20}).split('\n')).toEqual([
    'time      about 3 s, most of it for reading from hosts (8 hosts at once, 8 repositories of each)',
    '            dry run  less than 1 s  listing the source',
    "            live     less than 1 s  Headgate's own work",
    '            verify             2 s  reading from hosts',
    'money     no price is known for this source and target',
    'reached   18 of 20 repositories',
    '            1 deactivated',
    '            1 without a host',
    'changes   1,800 of 1,800 records',
    '            1,800 to insert',
    'rows      1,800 to write; the table has 20 now, and 1,820 then',
    'reading   527.3 KiB from hosts',
    'requests  2 to relays, 20 to directories, 20 to hosts',
    '            by the dry run, and once more by the live run, which reads everything again',
    'sample    20 of 20 repositories: 1,800 records, 527.3 KiB in 1 s',
  ]);
});

it('says of a sample how sure it is, and what it can not know', () => {
  const text = words({repositories: repositoriesOf(50), found: 100_000, rows: 5_000});
  expect(text).toMatch(/^reached {3}about 100,000 \(95 %: 9\d,\d00 to 100,000\) of 100,000 repositories$/m);
  expect(text).toMatch(
    /^changes {3}about 1,000,000 \(95 %: 920,000 to 1,080,000\) of about 1,000,000 \(.*\) records$/m,
  );
  expect(text).toMatch(/^ {12}none seen to update, to delete, unchanged, to skip, to fail \(95 %: at most/m);
  expect(text).toMatch(
    /^ {12}what fewer than one in 17 are like may be missing from it: a few that are far larger add to every sum$/m,
  );
  expect(text).toMatch(
    /^ {12}at 3,000 requests in 5 min, which is all that many hosts take, h0\.example alone takes about 43 min$/m,
  );
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it('puts what is the matter first, and what it means below it', () => {
  const large = repositoryOf('did:plc:large', {insert: 5_000});
  const away = repositoryOf('did:plc:away', {}, {failed: 'connection'});
  const text = words({
    repositories: [...repositoriesOf(6), large, away],
    found: 400,
    discovery: {
      isLeast: true,
      failed: [{stream: 'relay.example a.b.c', group: 'a.b.c', kind: 'timeout', message: 'no answer'}],
    },
    sample: {firstFault: 'pds.example: ECONNREFUSED', limited: {'h1.example': 2, 'h2.example': 1}},
  });
  const [warnings = '', rest = ''] = text.split('\n\n');
  expect(warnings.split('\n')).toEqual([
    'WARNING: relay.example a.b.c could not be read to its end: no answer',
    '  What it alone lists is in none of these numbers, and a run that meets the same ends incomplete.',
    'WARNING: there are more than 400 repositories: the others were not counted',
    '  These numbers are of those that came first: in all it is more.',
    'WARNING: 1 of 8 repositories of the sample could not be read',
    '  pds.example: ECONNREFUSED',
    '  What they have is in none of these numbers. They may answer another day.',
    'WARNING: one repository of the sample has 99 % of its records: did:plc:large, 5,000',
    '  How many more there are like it decides all sums. A larger --sample makes them better.',
    'WARNING: only 8 repositories were read, which says little of the others',
    '  A larger --sample makes it better.',
    'WARNING: h1.example and 1 other asked for fewer requests, 3 times while the sample was read',
    '  A run waits as long as they ask, and asks for far more: it takes longer than is said here.',
  ]);
  expect(rest).toMatch(/^reached {3}about 350 \(95 %: 210 to 400\) of at least 400 repositories$/m);
  expect(words({repositories: []})).toMatch(
    /^WARNING: nothing was listed: are these the collections and accounts that you meant\?$/m,
  );
});

it('says that there is nothing to do where there is not', () => {
  const text = words({repositories: [repositoryOf('a', {unchanged: 30})], rows: 30});
  expect(text).toMatch(/^changes {3}0 of 30 records\n {12}30 unchanged$/m);
  expect(text).toMatch(/^ {12}by the dry run; the live run has nothing to change, and asks nobody$/m);
});
