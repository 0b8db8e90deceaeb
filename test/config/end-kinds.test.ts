import {expect, it} from 'vitest';
import {requireTakes, sourceKind, targetKind} from '../../src/config/end-kinds.ts';

const sources = {
  photos: {folder: '/photos'},
  's3:odd': {folder: '/odd'},
  r2: {s3: 's3://assets'},
  listed: {inventory: '/x.json'},
  media: {folders: ['/photos', '/videos']},
};
const targets = {
  local: {sqlite: '/index.sqlite'},
  main: {d1: 'index'},
  'd1:odd': {sqlite: '/odd.sqlite'},
  shop: {postgres: 'postgres://db/shop'},
  embedded: {pglite: '/shop'},
};

it('an end is of the kind that its name, or the config, says', () => {
  const named = [
    'photos',
    's3:odd',
    'r2',
    's3://bucket/a/',
    'b2://bucket',
    './folder',
    'listed',
    'inventory:x.json',
    'media',
    'folders:/photos:/videos',
  ];
  const kinds = named.map(name => sourceKind({sources}, name));
  expect(kinds).toEqual([
    'folder',
    'folder',
    'bucket',
    'bucket',
    'bucket',
    'folder',
    'inventory',
    'inventory',
    'folder',
    'folder',
  ]);
  const targetNames = {
    sqlite: ['local', 'd1:odd', 'index.sqlite', 'postgres', 'pglite.sqlite'],
    d1: ['main', 'd1:name'],
    postgres: ['shop', 'postgres://db/shop', 'postgresql://me@db/shop', 'POSTGRES://db'],
    pglite: ['embedded', 'pglite:./shop'],
  };
  for (const [kind, names] of Object.entries(targetNames))
    for (const named of names) expect(targetKind({targets}, named), named).toBe(kind);
});

it('a backfill is not let at a database whose SQL it does not speak', () => {
  const records = {id: 'records', takes: {sources: [], targets: ['postgres', 'pglite']}} as const;
  const files = {id: 'asset-index', takes: {sources: [], targets: ['sqlite', 'd1']}} as const;
  for (const named of ['shop', 'pglite:x'])
    expect(() => requireTakes(records, {targets}, named)).not.toThrow();
  for (const named of ['local', 'd1:x']) expect(() => requireTakes(files, {targets}, named)).not.toThrow();
  expect(() => requireTakes(records, {targets}, 'index.sqlite')).toThrow(
    expect.objectContaining({
      code: 'usage',
      message:
        'target index.sqlite: this is an SQLite file, and records works on a Postgres database (postgres://USER@HOST/DATABASE) or a PGlite folder (pglite:DIR)',
      hint: 'Name one: --target postgres://USER@HOST/DATABASE or pglite:DIR',
    }),
  );
  expect(() => requireTakes(files, {targets}, 'postgres://me:secret@db/shop')).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(
        /^target postgres:\/\/me@db\/shop: this is a Postgres database, and asset-index/,
      ),
      hint: 'Name one: --target FILE.sqlite or d1:NAME',
    }),
  );
});
