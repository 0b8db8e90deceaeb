import {hash} from 'node:crypto';
import {inByteOrder} from '../support/ranges.ts';

const digits = (number: number, length: number) => String(number).padStart(length, '0');
const hex = (number: number) => hash('sha256', String(number));
const words = ['report', 'invoice', 'photo', 'draft', 'backup', 'summer', 'alpha', 'omega'];

/** How people name objects: the n-th of `all` keys. */
const shapes = {
  'flat numbers': (n: number) => `${digits(n, 8)}.bin`,
  'numbers of any length': (n: number) => `img_${n}.jpg`,
  'flat hex': (n: number) => hex(n),
  uuids: (n: number) => hex(n).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5'),
  base64: (n: number) => Buffer.from(hex(n), 'hex').toString('base64url').slice(0, 22),
  'numbers in folders': (n: number, all: number) => {
    const [letter, each] = ['abcdefghij'[n % 10] ?? '', Math.max(1, Math.floor(all / 400))];
    return `${letter}/${digits(Math.floor(n / 10 / each), 4)}/${digits(Math.floor(n / 10) % each, 3)}.bin`;
  },
  'hex in hex folders': (n: number) => `${hex(n).slice(0, 2)}/${hex(n).slice(2, 4)}/${hex(n)}`,
  'hex in numbered folders': (n: number) => `tenant-${digits(n % 61, 3)}/img/${hex(n).slice(0, 10)}.png`,
  dates: (n: number, all: number) => {
    const time = new Date(Date.UTC(2023, 0, 1) + Math.floor((n * 3 * 365 * 86_400_000) / all)).toISOString();
    return `logs/${time.slice(0, 10).replaceAll('-', '/')}/${time.slice(11, 19)}-${hex(n).slice(0, 8)}.gz`;
  },
  'one huge prefix and a few others': (n: number, all: number) => {
    if (n < all / 50) return `aa/${n}`;
    return n < all / 25 ? `zz/${n}` : `main/users/${hex(n).slice(0, 12)}/photo.jpg`;
  },
  'a long shared prefix': (n: number) => `${'very/long/'.repeat(20)}${hex(n)}`,
  words: (n: number) => `${words[n % 8]}-${words[(n * 7) % 5]}-${n}`,
  'emoji and hanzi': (n: number) => `写真/${'東西南北春夏秋冬'[n % 8]}/🚢${digits(Math.floor(n / 8), 6)}`,
  'each the beginning of the next': (n: number) => 'a'.repeat((n % 500) + 1),
} as const satisfies Readonly<Record<string, (n: number, all: number) => string>>;

export type KeyShape = keyof typeof shapes;

/** In byte order, each once: so there may be fewer. */
export function keysOf(shape: KeyShape, count: number): readonly string[] {
  return inByteOrder([...new Set(Array.from({length: count}, (_, n) => shapes[shape](n, count)))]);
}

export function keyShapes(): readonly KeyShape[] {
  return Object.keys(shapes).filter((name): name is KeyShape => name in shapes);
}
