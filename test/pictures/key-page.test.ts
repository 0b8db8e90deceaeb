import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {keyPage} from './key-page.ts';

it('docs/keys.md is the key table', () => {
  const page = readFileSync(new URL('../../docs/keys.md', import.meta.url), 'utf8');
  expect(page, 'npm run pictures makes it anew').toBe(keyPage());
});
