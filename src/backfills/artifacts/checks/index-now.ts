import type {Reader} from '../../../databases/database.ts';
import {describeTable} from '../../../databases/schema.ts';
import type {ArtifactsFacts, UniqueOnKeys} from '../facts.ts';
import {uniqueOn} from '../probe-index.ts';

/** The unique index as it is now: a run may have made it since its probe. */
export async function uniqueIndexNow(
  target: Reader,
  {bucket, key}: Pick<ArtifactsFacts, 'bucket' | 'key'>,
): Promise<UniqueOnKeys | null> {
  const schema = await describeTable(target, 'artifacts');
  return schema === null ? null : uniqueOn(schema, [bucket, key]);
}
