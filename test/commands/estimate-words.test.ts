import {expect, it} from 'vitest';
import {countText, timeText, usdText} from '../../src/commands/estimate-number-words.ts';
import {estimateLines} from '../../src/commands/estimate-words.ts';
import {priceLists} from '../../src/core/prices.ts';
import type {EstimateFacts} from '../../src/engine/estimate-facts.ts';
import {predict} from '../../src/engine/estimate-prediction.ts';
import {warningsOf} from '../../src/engine/estimate-warnings.ts';
import {factsOf, looked} from '../support/estimate-facts.ts';

function words(facts: EstimateFacts): string {
  const prediction = predict(facts);
  const warnings = warningsOf(facts, prediction, {firstFault: 'a/b: 403 AccessDenied', cutShort: null});
  return estimateLines({facts, prediction, warnings}).join('\n');
}

it.each([
  [0.2, 'less than 1 s'],
  [59.6, '60 s'],
  [120, '2 min'],
  [5_400, '90 min'],
  [7_800, '2 h 10 min'],
  [180_000, '2 days 2 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(timeText(seconds)).toBe(text);
});

it.each([
  [0, 'nothing'],
  [0.004, 'less than 0.01 USD'],
  [0.125, '0.13 USD'],
  [1_234.5, '1,234.50 USD'],
])('%d is %s', (usd, text) => {
  expect(usdText(usd)).toBe(text);
});

it.each([
  [{value: 882, low: 882, high: 882}, '882'],
  [{value: 5_368_992, low: 4_788_771, high: 5_950_574}, 'about 5,400,000 (95 %: 4,700,000 to 6,000,000)'],
  [{value: 25_003, low: 24_533, high: 25_003}, 'about 25,003 (95 %: 24,530 to 25,003)'],
  [{value: 0, low: 0, high: 376}, 'about 0 (95 %: 0 to 380)'],
])('%j is written with as many digits as are known', (count, text) => {
  expect(countText(count)).toBe(text);
});

it('puts warnings first, then time with its bottleneck, then money with its month', () => {
  const unread = looked({insert: 150, update: 48, fail: 2});
  const text = words(factsOf({unread, unreadItems: 1_200_000, rows: 60_000}));
  const at = (pattern: RegExp) => text.search(pattern);
  expect(text).toMatch(/^WARNING: about [\d,]+ .* rows written is more than the 100,000 a day/);
  expect(text).toMatch(
    /^WARNING: 2 of 200 objects of the sample could not be read\n {2}a\/b: 403 AccessDenied$/m,
  );
  expect(text).toMatch(
    /^time {6}about 1\d min, most of it for reading objects \(19\.1 MiB and 2,000 objects a second, 20 at once\)$/m,
  );
  expect(text).toMatch(/^ {12}live {5} +\d+ min {2}asking the target$/m);
  expect(text).toMatch(
    /^money {5}\d+\.\d\d USD at list prices of 20\d\d-\d\d, before free allowances: no bill$/m,
  );
  expect(text).toMatch(
    /^ {12}Cloudflare R2, Standard storage: 0\.45 USD for [\d,]+ LIST, 1,200,000 GET and HEAD, 11\.2 GiB downloaded$/m,
  );
  expect(text).toMatch(/^ {14}nothing while this month's free allowance is untouched;/m);
  expect(at(/^WARNING/m)).toBeLessThan(at(/^time/m));
  expect(at(/^time/m)).toBeLessThan(at(/^money/m));
  expect(at(/^money/m)).toBeLessThan(at(/^changes/m));
});

it('names months one by one where prices were looked up in several, and what has no price', () => {
  const unread = looked({insert: 20});
  const months = [priceLists.b2?.asOf, priceLists.d1?.asOf].sort().join(' and ');
  expect(words({...factsOf({unread}), source: 'b2'})).toContain(`at list prices of ${months},`);
  expect(words({...factsOf({unread}), source: 'other'})).toMatch(/a server of one's own: no price is known/);
});

it('names the rate where that is what takes longest, and what a live run reads again', () => {
  const unread = looked({insert: 20});
  const facts = factsOf({unread});
  const paced = {...facts, settings: {...facts.settings, rate: 0.5}};
  expect(words(paced)).toMatch(/most of it for --rate \(0\.5 items a second\)/);
  const unproven = {items: 3, bytes: 30_000};
  expect(words({...facts, listing: {...facts.listing, unproven}})).toMatch(
    /3 objects may have changed without a trace: live reads them again/,
  );
});

it('tells of uploads to a bucket their requests, the rate that their time is at, and that no price is known', () => {
  const facts = factsOf({unread: looked({insert: 4})});
  const none = {items: 0, bytes: 0, requests: 0, of: {items: 0, bytes: 0}};
  const unread = {items: 4, bytes: 40_000, requests: 12, of: {items: 4, bytes: 40_000}};
  const listing = {...facts.listing, unread: {items: 4, bytes: 4_500_000_000}};
  const effects = {place: {at: 's3://cdn', isLocal: false}, unread, known: none};
  expect(words({...facts, listing, sample: {...facts.sample, effects}})).toContain(
    [
      'uploading 4.2 GiB of 4 files to s3://cdn, in 12 requests',
      '            about 6 min at 100 Mbit/s, on top of the time above: nothing was uploaded to measure it',
      '            what the provider asks for requests and for keeping it is in no sum here',
    ].join('\n'),
  );
});
