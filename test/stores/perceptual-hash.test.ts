import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import sharp, {type Sharp} from 'sharp';
import {describe, expect, it} from 'vitest';
import {distanceOf, similarBits} from '../../src/core/similar.ts';
import {perceptualHash} from '../../src/stores/perceptual-hash.ts';
import {never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';

const side = 200;

/** Rings around a point: a picture with large forms, as photographs have them. */
function rings(x: number, y: number, light = 0): Sharp {
  const pixels = Buffer.from(
    Array.from({length: side * side}, (_, at) => {
      const distance = Math.hypot((at % side) - x, Math.floor(at / side) - y);
      return Math.max(0, Math.min(255, 128 + light + 100 * Math.cos(distance / 18)));
    }),
  );
  return sharp(pixels, {raw: {width: side, height: side, channels: 1}});
}

async function hashOf(image: Sharp, name: string): Promise<string | null> {
  const path = join(tempFolder(), name);
  await image.toFile(path);
  return perceptualHash(path, never);
}

async function distance(one: Promise<string | null>, other: Promise<string | null>): Promise<number> {
  const [a, b] = await Promise.all([one, other]);
  if (a === null || b === null) throw new Error('an image has no hash');
  return distanceOf(a, b);
}

describe('the perceptual hash of an image', () => {
  it.each(['jpg', 'png', 'webp', 'gif', 'avif', 'tiff'])('is much the same as %s', async format => {
    const found = await distance(hashOf(rings(60, 90), 'a.png'), hashOf(rings(60, 90), `a.${format}`));
    expect(found).toBeLessThanOrEqual(similarBits);
  });

  it('is much the same of a smaller, brighter and worse copy', async () => {
    const copy = rings(60, 90, 12).resize(120).jpeg({quality: 40});
    expect(await distance(hashOf(rings(60, 90), 'a.png'), hashOf(copy, 'b.jpg'))).toBeLessThanOrEqual(
      similarBits,
    );
  });

  it('is another of another picture', async () => {
    const found = await distance(hashOf(rings(60, 90), 'a.png'), hashOf(rings(150, 30), 'b.png'));
    expect(found).toBeGreaterThan(similarBits);
  });

  it('is none of one colour, of what is no image, and of half an image', async () => {
    const plain = sharp({create: {width: 50, height: 50, channels: 3, background: '#336699'}});
    expect(await hashOf(plain, 'plain.png')).toBeNull();
    const path = join(tempFolder(), 'text.jpg');
    writeFileSync(path, 'no image at all');
    expect(await perceptualHash(path, never)).toBeNull();
    const whole = await rings(60, 90).png().toBuffer();
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    expect(await perceptualHash(path, never)).toBeNull();
    expect(await perceptualHash(join(tempFolder(), 'nothing.jpg'), never)).toBeNull();
  });

  it('is asked of many at once, and each gets its own', async () => {
    const [first, second] = await Promise.all([
      hashOf(rings(60, 90), 'a.png'),
      hashOf(rings(150, 30), 'b.png'),
    ]);
    const again = await Promise.all(
      Array.from({length: 20}, (_, at) =>
        at % 2 === 0 ? hashOf(rings(60, 90), 'a.png') : hashOf(rings(150, 30), 'b.png'),
      ),
    );
    expect(again).toEqual(Array.from({length: 20}, (_, at) => (at % 2 === 0 ? first : second)));
  });
});
