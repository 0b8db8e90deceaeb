import type {SchemaChange} from '../../schema-change.ts';
import {type FoundTable, findTable} from '../found-table.ts';
import {compositeIndexes, globalIndexes, uniquenessOf} from '../uniqueness.ts';
import {requireNoDoubles, requireNoReference} from './obstacles.ts';
import {postgresPlan} from './postgres.ts';
import {sqlitePlan} from './sqlite.ts';
import {takenNames} from './taken-names.ts';
import {type Wanted, whole} from './wanted.ts';

/**
 * Takes a table of the past, where a hash could be there once whoever had it, to one where each user can have it once,
 * and back. It is refused while rows stand in its way, and can be run again: what is as it should be stays.
 */
export const assetsSchema: SchemaChange = {
  async plan(target, way) {
    const table = await findTable(target);
    if (table === null) return null;
    const wanted = {...wantedOf(table, way), taken: await takenNames(target)};
    if (wanted.drops.length === 0 && wanted.makes === null && wanted.addsMap === null) return null;
    if (way === 'forth') requireNoReference(table);
    if (wanted.makes !== null) await requireNoDoubles(target, table, way);
    return target.dialect === 'postgres'
      ? postgresPlan(table, wanted)
      : sqlitePlan(target, wanted, await whole(target));
  },
};

function wantedOf(table: FoundTable, way: 'forth' | 'back'): Omit<Wanted, 'taken'> {
  const globals = globalIndexes(table.uniqueIndexes);
  const composites = compositeIndexes(table.uniqueIndexes);
  const hasMap = table.columns.some(({name}) => name === 'provider_uploads');
  if (way === 'back') {
    const isBack = uniquenessOf(table) === 'anybody';
    // What a constraint keeps is kept by the other index as well: only what was made for the way forth goes.
    return {
      drops: composites.filter(({isConstraint}) => !isConstraint),
      makes: isBack ? null : {columns: ['sha256'], name: 'idx_asset_sha256'},
      addsMap: null,
    };
  }
  return {
    drops: globals,
    makes: composites.length > 0 ? null : {columns: ['user_id', 'sha256'], name: 'idx_asset_user_sha256'},
    addsMap: hasMap ? null : 'provider_uploads',
  };
}
