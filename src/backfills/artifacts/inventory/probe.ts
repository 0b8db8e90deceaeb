import type {Finding, Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import {type Column, describeTable} from '../../../databases/schema.ts';
import type {ObjectStore} from '../../../stores/object-store.ts';
import type {ArtifactsFacts} from '../facts.ts';
import type {ArtifactsOptions} from '../options.ts';
import {probeArtifacts, targetError} from '../probe.ts';

/** The same as for the other backfills of artifacts, and whether rows can be inserted with what an inventory knows. */
export async function probeInventory(
  source: ObjectStore | null,
  target: Reader,
  options: Pick<ArtifactsOptions, 'references'>,
): Promise<Probe<ArtifactsFacts>> {
  const [atSource, probe, table] = await Promise.all([
    source === null ? [] : source.check(),
    probeArtifacts(target, 'rows', options),
    describeTable(target, 'artifacts'),
  ]);
  const filled = new Set(
    ['source_type', 'source_url', 'fetched_at', 'r2_bucket', 'r2_key', probe.facts.id].map(name =>
      name.toLowerCase(),
    ),
  );
  const unfilled = (table?.columns ?? []).filter(
    column => mustBeFilled(column) && !filled.has(column.name.toLowerCase()),
  );
  const errors = unfilled.map(
    ({name}): Finding =>
      targetError(
        `artifacts has a column ${name} that must be filled, and an inventory does not know with what`,
        'Give it a default, or allow NULL.',
      ),
  );
  if (probe.facts.newId === null)
    errors.push(
      targetError(
        `the database does not give ${probe.facts.id} of a new row by itself, and an inventory can not make up a number`,
        `Declare it as INTEGER PRIMARY KEY, or as TEXT.`,
      ),
    );
  return {...probe, findings: [...atSource, ...(errors.length > 0 ? [] : probe.findings), ...errors]};
}

function mustBeFilled({notNull, defaultSql, primaryKey}: Column): boolean {
  return notNull && defaultSql === null && primaryKey === 0;
}
