const maxGroups = 1_000;
const otherGroups = '(other prefixes)';
const withoutFolder = '(root)';

/**
 * The coverage group of each key: its first path segment, in order of appearance; beyond a thousand of them, one for all.
 * Asked of the same keys in the same order, it gives the same names.
 */
export class GroupNames {
  readonly #known = new Set<string>();

  of(key: string): string {
    const slash = key.indexOf('/');
    const name = slash === -1 ? withoutFolder : key.slice(0, slash + 1);
    if (this.#known.has(name)) return name;
    if (this.#known.size >= maxGroups) return otherGroups;
    this.#known.add(name);
    return name;
  }
}
