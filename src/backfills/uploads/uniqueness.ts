import type {Uniqueness} from './facts.ts';
import type {FoundIndex, FoundTable} from './found-table.ts';

/** Of anybody, as soon as one index is: it refuses what another would let in. */
export function uniquenessOf({uniqueIndexes}: Pick<FoundTable, 'uniqueIndexes'>): Uniqueness {
  if (globalIndexes(uniqueIndexes).length > 0) return 'anybody';
  return compositeIndexes(uniqueIndexes).length > 0 ? 'user' : 'nothing';
}

/** Those that let a hash be there once, whoever's it is. */
export function globalIndexes(indexes: readonly FoundIndex[]): readonly FoundIndex[] {
  return indexes.filter(({columns}) => columns.length === 1 && columns[0] === 'sha256');
}

/** Those that let each user have a hash once, over all rows that have one. */
export function compositeIndexes(indexes: readonly FoundIndex[]): readonly FoundIndex[] {
  return indexes.filter(
    ({columns, condition, isPlain}) =>
      isPlain &&
      (condition === null || condition === 'sha256 is not null') &&
      columns.toSorted().join() === 'sha256,user_id',
  );
}
