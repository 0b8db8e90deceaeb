import {expect, it} from 'vitest';
import {sourceKind, targetKind} from '../../src/config/end-kinds.ts';

const sources = {
  photos: {folder: '/photos'},
  's3:odd': {folder: '/odd'},
  r2: {s3: 's3://assets'},
  listed: {inventory: '/x.json'},
};
const targets = {local: {sqlite: '/index.sqlite'}, main: {d1: 'index'}, 'd1:odd': {sqlite: '/odd.sqlite'}};

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
  ]);
  const targetKinds = ['local', 'main', 'd1:odd', 'd1:name', 'index.sqlite'].map(named =>
    targetKind({targets}, named),
  );
  expect(targetKinds).toEqual(['sqlite', 'd1', 'sqlite', 'd1', 'sqlite']);
});
