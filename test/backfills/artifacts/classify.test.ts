import {expect, it} from 'vitest';
import {classify} from '../../../src/backfills/artifacts/inventory/classify.ts';
import {artifactsOptions, defaultRules} from '../../../src/backfills/artifacts/options.ts';

const cases: readonly (readonly [key: string, type: string | null])[] = [
  ['sec/xbrl/0001/a.xml', 'sec_xbrl'],
  ['sec/companyfacts/CIK1.json', 'sec_companyfacts'],
  ['sec/filing.htm', 'sec'],
  ['sec/xbrl2/a.xml', 'sec'],
  ['sec/xbrl', 'sec'],
  ['sedar/a.pdf', 'sedar'],
  ['hkex/2024/a.pdf', 'hkex_pdf'],
  ['dashboard/a.csv', 'dashboard'],
  ['manual/a.pdf', 'manual'],
  ['new-uploads/a.pdf', 'manual'],
  ['batch1/a.pdf', 'sec_filing'],
  ['batch042/x/y.pdf', 'sec_filing'],
  ...['10k', '10ka', '10q', '8k', '6k', '20f', '424b', 'proxy14a', 'proxy14c', 's-3', 'f-3'].map(
    form => [`${form}/a.htm`, 'sec_filing'] as const,
  ),
  ['a.pdf', 'manual'],
  ['10k', 'manual'],
  ['batch1', 'manual'],
  ['sec', 'manual'],
  ['batch/a.pdf', null],
  ['batch1a/a.pdf', null],
  ['xbatch1/a.pdf', null],
  ['SEC/a.pdf', null],
  ['secx/a.pdf', null],
  ['10-k/a.pdf', null],
  ['other/sec/a.pdf', null],
  ['/sec/a.pdf', null],
];

it.each(cases)('by the rules that come along, %s is %s', (key, type) => {
  expect(classify(key, defaultRules)).toBe(type);
});

it('rules of the config take their place, and the first that fits holds', () => {
  const {rules} = artifactsOptions.parse({
    rules: [
      {under: 'a/b', type: 'first'},
      {under: 'a', type: 'second'},
      {segment: '\\p{L}+', type: 'letters'},
      {atRoot: true, type: 'root'},
    ],
  });
  const types = ['a/b/c', 'a/c', 'é/x', '1/x', 'x'].map(key => classify(key, rules));
  expect(types).toEqual(['first', 'second', 'letters', null, 'root']);
});

it.each([
  ['a rule of nothing', {type: 'x'}],
  ['a rule of two conditions', {under: 'a', atRoot: true, type: 'x'}],
  ['a pattern that is none', {segment: '(', type: 'x'}],
  ['unknown as a type', {under: 'a', type: 'unknown'}],
  ['no type', {under: 'a', type: ''}],
  ['a word that it does not know', {under: 'a', type: 'x', note: ''}],
])('%s is refused', (_, rule) => {
  expect(artifactsOptions.safeParse({rules: [rule]}).success).toBe(false);
});
