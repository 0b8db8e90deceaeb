import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  families,
  familyOf,
  hasFileId,
  identify,
  uidsOf,
} from '../../../src/backfills/media-ingest/identity.ts';

const documented = (fileId: string, key: string) =>
  `b2_${createHash('sha256').update(`${fileId}:${key}`).digest('hex').substring(0, 40)}`;

const etag = fc.stringMatching(/^[0-9a-f]{32}(-\d{1,4})?$/);
const fileId = fc.stringMatching(/^4_z[0-9a-f]{24}_f[0-9a-f]{16}$/);
const key = fc.string({unit: 'grapheme', minLength: 1, maxLength: 40});
const listed = fc
  .record({key, version: etag, fileId: fc.option(fileId, {nil: undefined})})
  .map(({fileId: id, ...rest}) => (id === undefined ? rest : {...rest, fileId: id}));

describe('the identity of a version', () => {
  it('is what the document says, in each family', () => {
    const object = {key: 'a & b.jpg', version: '"0cc175b9c0f1b6a8"', fileId: '4_zabc'};
    expect(identify(object, 'version')).toEqual({
      fileId: '4_zabc',
      mediaUid: documented('4_zabc', 'a & b.jpg'),
      etag: '0cc175b9c0f1b6a8',
    });
    expect(identify(object, 'etag')).toEqual({
      fileId: '0cc175b9c0f1b6a8',
      mediaUid: documented('0cc175b9c0f1b6a8', 'a & b.jpg'),
      etag: '0cc175b9c0f1b6a8',
    });
    expect(identify(object, 'quoted')).toEqual({
      fileId: '"0cc175b9c0f1b6a8"',
      mediaUid: documented('"0cc175b9c0f1b6a8"', 'a & b.jpg'),
      etag: '"0cc175b9c0f1b6a8"',
    });
  });

  it('does not depend on how the ETag is written', () => {
    fc.assert(
      fc.property(listed, fc.constantFrom(...families), (object, family) => {
        const same = ['"%"', 'W/"%"', '%'].map(form =>
          identify({...object, version: form.replace('%', object.version)}, family),
        );
        expect(new Set(same.map(each => JSON.stringify(each))).size).toBe(1);
      }),
    );
  });

  it('is told from the row alone, whatever the family was', () => {
    fc.assert(
      fc.property(listed, fc.constantFrom(...families), (object, family) => {
        const named = identify(object, family);
        if (named === null) throw new Error('every one of these has an ETag');
        const row = {key: object.key, mediaUid: named.mediaUid, fileId: named.fileId, etag: named.etag};
        expect(familyOf(row)).toBe(family === 'version' && !hasFileId(object) ? 'etag' : family);
        expect(familyOf({...row, mediaUid: documented('else', object.key)})).toBe(null);
        expect(uidsOf(object)).toContain(named.mediaUid);
      }),
    );
  });

  it('needs something that tells versions apart', () => {
    expect(identify({key: 'a', version: ''}, 'version')).toBe(null);
    expect(identify({key: 'a', version: '', fileId: '4_z1'}, 'version')).toMatchObject({
      fileId: '4_z1',
      etag: null,
    });
    expect(identify({key: 'a', version: '', fileId: '4_z1'}, 'etag')).toBe(null);
  });
});
