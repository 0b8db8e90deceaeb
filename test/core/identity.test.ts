import {describe, expect, it} from 'vitest';
import {normaliseHash} from '../../src/core/identity.ts';

const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('a hash', () => {
  it('is 64 lower-case hex digits', () => {
    expect(normaliseHash(hash)).toBe(hash);
    expect(normaliseHash(hash.toUpperCase())).toBe(hash);
  });

  it.each([
    ['is empty', ''],
    ['is short', hash.slice(1)],
    ['is long', `${hash}0`],
    ['is not hex', hash.replace('e', 'g')],
    ['ends with a line', `${hash}\n`],
    ['has spaces', ` ${hash}`],
    ['is base64', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
  ])('is refused where it %s', (_, text) => {
    expect(normaliseHash(text)).toBeNull();
  });
});
