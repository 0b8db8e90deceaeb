import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import {changeIndex} from '../support/assets.ts';
import {ends, makeCommandWorld} from './world.ts';

const run = ['run', 'asset-index'];

it.each([
  ['an unknown command', ['bogus'], 2, /there is no command bogus\nKnown are: /],
  [
    'a typing error in a command of folders',
    ['folders', 'mergd'],
    2,
    /there is no command folders mergd\nDid you mean headgate folders merged\? Known are: remove, merged\.\n/,
  ],
  ['a typing error in a command', ['statsu'], 2, /Did you mean headgate status\? Known are: /],
  [
    'an unknown backfill',
    ['run', 'nope', ...ends],
    2,
    /there is no backfill nope[\s\S]*Known are: asset-index/,
  ],
  ['no source', [...run, '--target', 'index.sqlite'], 2, /no source is named[\s\S]*--source/],
  ['no target', [...run, '--source', 'assets'], 2, /no target is named[\s\S]*--target/],
  [
    'a missing folder',
    [...run, '--source', 'nowhere', '--target', 'index.sqlite'],
    2,
    /nowhere: there is no such folder/,
  ],
  [
    'a file for a folder',
    [...run, '--source', 'text.txt', '--target', 'index.sqlite'],
    2,
    /text\.txt: this is not a folder/,
  ],
  [
    'a missing database',
    [...run, '--source', 'assets', '--target', 'none.sqlite'],
    2,
    /none\.sqlite: there is no such file[\s\S]*headgate migrate/,
  ],
  [
    'a target that is not SQLite',
    [...run, '--source', 'assets', '--target', 'text.txt'],
    2,
    /text\.txt: this file is not an SQLite database/,
  ],
  [
    'a folder for a target',
    [...run, '--source', 'assets', '--target', 'assets'],
    2,
    /assets: this is not a file/,
  ],
  [
    'a missing table',
    [...run, '--source', 'assets', '--target', 'bare.sqlite'],
    2,
    /there is no table files[\s\S]*headgate migrate asset-index/,
  ],
  [
    'a scheme that is not known',
    [...run, '--source', 'ftp://x', '--target', 'index.sqlite'],
    2,
    /"ftp:\/\/x": this is not a folder/,
  ],
  [
    '--limit abc',
    ['batch', 'asset-index', ...ends, '--limit', 'abc'],
    2,
    /'abc' is invalid\. It has to be a whole number from 1 to 1000/,
  ],
  ['--limit 1001', ['batch', 'asset-index', ...ends, '--limit', '1001'], 2, /from 1 to 1000/],
  ['--rate 0', [...run, ...ends, '--rate', '0'], 2, /It has to be a number above 0/],
  [
    '--since gibberish',
    [...run, ...ends, '--since', 'gibberish'],
    2,
    /--since gibberish: this is not a time[\s\S]*ISO 8601/,
  ],
  [
    'flags of another backfill',
    [...run, ...ends, '--user', '7', '--provider', 'assets'],
    2,
    /asset-index takes no --user and no --provider\nLeave them out: what narrows asset-index is --prefix, --since, --max-objects, --start-after, --cursor\.\n/,
  ],
  [
    'a flag that is empty',
    ['run', 'uploads', '--folder', 'assets', '--provider', '.', '--user', '', '--target', 'index.sqlite'],
    2,
    /headgate: --user: it is empty: name whose files these are\n/,
  ],
  ['a foreign cursor', [...run, ...ends, '--cursor', '???'], 2, /this is not a cursor of headgate/],
  ['two beginnings', [...run, ...ends, '--cursor', 'YQ', '--start-after', 'a'], 2, /both say where to begin/],
  ['an unknown run', ['live', 'zzz', '--confirm', 'index.sqlite'], 2, /there is no run zzz/],
  [
    'unattended without a name',
    [...run, ...ends, '--unattended'],
    6,
    /needs the name of its target[\s\S]*--confirm index\.sqlite/,
  ],
  [
    'unattended with a wrong name',
    [...run, ...ends, '--unattended', '--confirm', 'other'],
    6,
    /"other"[\s\S]*--confirm index\.sqlite/,
  ],
  [
    'a missing config',
    [...run, ...ends, '--config', 'none.json'],
    2,
    /config .*none\.json: there is no such file/,
  ],
  [
    'a ledger that is none',
    ['status', '--ledger', 'text.txt'],
    2,
    /ledger text\.txt: this file is not a ledger/,
  ],
  [
    'a ledger below a file',
    ['status', '--ledger', 'text.txt/ledger'],
    2,
    /ledger text\.txt\/ledger: its folder can't be made/,
  ],
  [
    'an unknown check',
    ['verify', 'asset-index', ...ends, '--check', 'nope'],
    2,
    /there is no check nope[\s\S]*hash-format/,
  ],
  ['an unknown kind', ['retry', 'last', '--kind', 'nope'], 2, /there is no run in this ledger yet/],
])('%s', async (_, args, code, said) => {
  const {cwd, headgate} = makeCommandWorld();
  writeFileSync(join(cwd, 'text.txt'), 'just text, and long enough to have a header of its own\n'.repeat(20));
  new DatabaseSync(join(cwd, 'bare.sqlite')).exec('CREATE TABLE other (id)');
  const ended = await headgate(...args);
  expect(ended.err).toMatch(said);
  expect(ended.code).toBe(code);
  expect(ended.err).not.toMatch(/\n\s+at /);
  const inJson = await headgate(...args, '--json');
  expect(inJson.code).toBe(code);
});

it('lists all mistakes of a config with their paths', async () => {
  const {cwd, headgate} = makeCommandWorld();
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({
      ledgr: 'x',
      targets: {main: {sqlite: 7, marks: 'no'}},
      settings: {page: {items: 0}, rates: 5},
    }),
  );
  const ended = await headgate('doctor');
  expect(ended.code).toBe(2);
  for (const place of [
    'ledgr',
    'targets.main.sqlite',
    'targets.main.marks',
    'settings.page.items',
    'settings.rates',
  ])
    expect(ended.err).toContain(`  ${place}: `);
  expect(ended.err).toMatch(/has 5 mistakes/);
});

it('refuses a ledger from a newer version, and leaves it as it is', async () => {
  const {cwd, headgate} = makeCommandWorld();
  await headgate('status', '--ledger', 'ledger.sqlite');
  changeIndex(join(cwd, 'ledger.sqlite'), 'PRAGMA user_version = 999');
  const ended = await headgate('status', '--ledger', 'ledger.sqlite');
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(/written by a newer headgate \(ledger version 999[\s\S]*Upgrade headgate/);
});

it('names everything that differs from both known tables, and what to do about each', async () => {
  const {cwd, headgate} = makeCommandWorld();
  mkdirSync(join(cwd, 'empty'));
  new DatabaseSync(join(cwd, 'odd.sqlite')).exec(
    'CREATE TABLE files (key TEXT, size INTEGER, content_hash TEXT, owner TEXT NOT NULL)',
  );
  const ended = await headgate('run', 'asset-index', '--source', 'empty', '--target', 'odd.sqlite');
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(
    /files has no column uploaded_at\. Add it: ALTER TABLE files ADD COLUMN uploaded_at INTEGER/,
  );
  expect(ended.err).toMatch(/column owner that must be filled/);
  expect(ended.err).toMatch(/files\.key is not unique/);
});
