import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {decoded, encoded, encodedText, isExact, readable} from '../../src/backfills/exact.ts';
import {awkwardText} from '../support/awkward.ts';
import {type HostedTarget, literal, targetHosts} from '../support/target-host.ts';

/** Values as SQL says them. */
const integers = ['0', '-1', '9223372036854775807', '-9223372036854775808', '9007199254740993'];
const reals = ['0.1', '-0.0', '1e22', '123456789012345.678', '9e999', '-9e999', '1.0', '3.0e15', '-7.25e-30'];
const texts = [
  "''",
  "'plain'",
  "'it''s'",
  "'🚢 é'",
  "'a' || char(0) || 'b'",
  'char(0)',
  'char(1)',
  "'line' || char(10)",
  "CAST(x'ff' AS TEXT)",
  "CAST(x'61eda08062' AS TEXT)",
  "CAST(x'c3' AS TEXT)",
  "'123'",
  "'\\u0000'",
  '\'[1, "x"]\'',
  'char(65533)',
  'char(127)',
  'char(128)',
];
const blobs = ["x''", "x'00'", "x'ff00ff'", "x'61'"];

interface Told {
  readonly text: string | null;
  readonly same: number;
}

/** Encodes, carries the texts through JavaScript and JSON, and decodes: all that happens to a before-image. */
async function carried(host: HostedTarget, values: readonly string[]): Promise<readonly Told[]> {
  await host.sql('DELETE FROM given');
  await host.sql(values.map((value, id) => `INSERT INTO given VALUES (${id}, ${value})`).join(';\n'));
  const reader = await host.target.openReader();
  try {
    const rows = await reader.query(`SELECT ${encoded('value')} AS text FROM given ORDER BY id`);
    const json = JSON.stringify(rows.map(row => row['text']));
    const compared = await reader.query(
      `WITH back AS MATERIALIZED (SELECT key AS id, ${decoded('value')} AS value, value AS text FROM json_each(?))
       SELECT back.text AS text,
         back.value IS given.value AND typeof(back.value) = typeof(given.value)
           AND hex(back.value) = hex(given.value) AND ${encoded('given.value')} IS back.text AS same
       FROM given JOIN back ON back.id = given.id ORDER BY given.id`,
      [json],
    );
    return compared.map(row => ({text: row['text'] as string | null, same: Number(row['same'])}));
  } finally {
    await reader.close();
  }
}

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();
  const make = () => hosted('CREATE TABLE given (id INTEGER PRIMARY KEY, value)');

  it.each([
    ['integers', integers],
    ['reals', reals],
    ['texts', texts],
    ['bytes', blobs],
    ['NULL', ['NULL']],
  ])('%s come back as they were, to the byte', async (_, values) => {
    const told = await carried(await make(), values);
    for (const [index, {text, same}] of told.entries()) {
      expect(isExact(text), values[index]).toBe(true);
      expect(same, values[index]).toBe(1);
    }
  });

  it('any real comes back as it was, or is told not to', {timeout: 120_000}, async () => {
    const world = await make();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({noNaN: true}), {minLength: 50, maxLength: 200}), async values => {
        const told = await carried(world, values.map(realLiteral));
        for (const [index, {text, same}] of told.entries()) {
          if (isExact(text)) expect(same, String(values[index])).toBe(1);
          // Where numbers of everyday size could not be trusted, too much would be left alone.
          else expect(everyday(values[index] ?? 0), String(values[index])).toBe(false);
        }
      }),
      {numRuns: host === 'D1' ? 3 : 20},
    );
  });

  it('any integer, text and bytes come back as they were', {timeout: 120_000}, async () => {
    const world = await make();
    const value = fc.oneof(
      fc.bigInt({min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n}).map(String),
      awkwardText().map(text => text.split('\0').map(literal).join(' || char(0) || ')),
      fc.uint8Array({maxLength: 12}).map(literal),
      fc.uint8Array({maxLength: 12}).map(bytes => `CAST(${literal(bytes)} AS TEXT)`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, {minLength: 50, maxLength: 150}), async values => {
        for (const [index, {text, same}] of (await carried(world, values)).entries()) {
          expect(isExact(text)).toBe(true);
          expect(same, values[index]).toBe(1);
        }
      }),
      {numRuns: host === 'D1' ? 3 : 20},
    );
  });

  it('JavaScript encodes a text as the database does, and reads it', {timeout: 60_000}, async () => {
    const world = await make();
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          awkwardText().filter(text => !text.includes('\0')),
          {minLength: 20, maxLength: 60},
        ),
        async values => {
          const told = await carried(world, values.map(literal));
          expect(told.map(({text}) => text)).toEqual(values.map(encodedText));
          expect(told.map(({text}) => readable(text))).toEqual(values);
        },
      ),
      {numRuns: host === 'D1' ? 2 : 10},
    );
  });
});

it.each([
  [null, null],
  ['i7', 7],
  ['i9007199254740993', '9007199254740993'],
  ['r0.5', 0.5],
  ['x1e+300', 1e300],
  ['t7', '7'],
  ['hF09F9AA2', '🚢'],
  ['b00FF', '(2 bytes)'],
])('%s is read by people as %s', (text, value) => {
  expect(readable(text)).toBe(value);
});

function realLiteral(value: number): string {
  if (value === Infinity) return '9e999';
  if (value === -Infinity) return '-9e999';
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function everyday(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size > 1e-60 && size < 1e60);
}
