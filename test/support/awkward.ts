import fc from 'fast-check';

/** Pieces on which byte order and UTF-16 order, folders and files, escapes and encodings part ways. */
const pieces = [
  'a',
  'b',
  '0',
  '.',
  '-',
  ' ',
  '&',
  '+',
  '%2F',
  '?',
  '*',
  '\\',
  "'",
  '"',
  '\n',
  '\u007f',
  '\u00e9',
  'e\u0301',
  '中',
  '文',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '🚢',
  '👩‍🚀',
  '\u{10ffff}',
] as const;

/** Any text that UTF-8 can hold, of awkward pieces and of arbitrary code points. */
export function awkwardText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({unit: fc.constantFrom(...pieces, '/'), maxLength: 8}),
    fc.string({unit: 'binary', maxLength: 12}),
  );
}

/** A name that a file system takes. */
export function fileName(): fc.Arbitrary<string> {
  return fc
    .string({unit: fc.constantFrom(...pieces), minLength: 1, maxLength: 4})
    .filter(name => name !== '.' && name !== '..');
}

/** Keys of which none is a folder of another, as a file system can hold them; each once. */
export function fileKeys(maxLength: number): fc.Arbitrary<readonly string[]> {
  const key = fc.array(fileName(), {minLength: 1, maxLength: 3}).map(names => names.join('/'));
  return fc.array(key, {maxLength}).map(withoutFolders);
}

function withoutFolders(keys: readonly string[]): readonly string[] {
  const unique = [...new Set(keys)];
  return unique.filter(key => !unique.some(other => other.startsWith(`${key}/`)));
}
