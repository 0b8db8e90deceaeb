import {describe, expect, it} from 'vitest';
import {costOf, type Usage} from '../../src/core/money.ts';
import {priceLists} from '../../src/core/prices.ts';
import {type Service, serviceOfHost} from '../../src/core/service.ts';

it.each<[string, Service]>([
  ['8f14e45f.r2.cloudflarestorage.com', 'r2'],
  ['8f14e45f.eu.r2.cloudflarestorage.com:443', 'r2'],
  ['s3.us-west-004.backblazeb2.com', 'b2'],
  ['s3.eu-central-1.amazonaws.com', 's3'],
  ['S3.AMAZONAWS.COM', 's3'],
  ['s3.cn-north-1.amazonaws.com.cn', 's3'],
  ['127.0.0.1:9000', 'other'],
  ['amazonaws.com.example.org', 'other'],
  ['notbackblazeb2.com', 'other'],
])('%s is %s', (host, service) => {
  expect(serviceOfHost(host)).toBe(service);
});

describe('price lists', () => {
  const known = Object.values(priceLists).filter(list => list !== null);

  it.each(known.map(list => [list.title, list] as const))(
    '%s says where its prices are from, and of which month',
    (_, list) => {
      expect(list.source).toMatch(/^https:\/\//);
      expect(list.asOf).toMatch(/^20\d\d-(?:0[1-9]|1[0-2])$/);
    },
  );

  it.each<[Service, Usage, number, number]>([
    // A million LISTs and ten million GETs a month are free.
    ['r2', {list: 2_000_000, get: 11_000_000, download: 1e15}, 9 + 3.96, 4.5 + 0.36],
    ['s3', {list: 1_000, get: 1_000_000, download: 200e9}, 0.005 + 0.4 + 18, 0.005 + 0.4 + 9],
    ['b2', {list: 1_000_000, get: 1_000_000, download: 100e9}, 1, 0.7],
    ['d1', {rowsRead: 30_000_000_000, rowsWritten: 51_000_000}, 30 + 51, 5 + 1],
  ])('%s: %j costs %d, and %d beyond what is free', (service, usage, usd, beyond) => {
    const cost = costOf(service, usage, 10e9);
    expect(cost?.usd).toBeCloseTo(usd, 6);
    expect(cost?.usdBeyondFree).toBeCloseTo(beyond, 6);
  });

  it("know nothing of a server of one's own", () => {
    expect(costOf('other', {get: 1}, 0)).toBeNull();
    expect(costOf('local', {get: 1}, 0)).toBeNull();
  });
});
