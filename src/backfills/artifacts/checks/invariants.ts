import {quoted} from '../../../core/sql.ts';
import type {CheckIo, Invariant} from '../../invariant.ts';
import type {Shape} from '../../shape.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {groupKeySql} from '../group-key.ts';
import {isUnknown} from '../names.ts';
import {asText, type FoundRows, findRows, shown} from './find-rows.ts';
import {uniqueIndexNow} from './index-now.ts';
import {typesKept} from './types-kept.ts';
import {isListing} from './urls.ts';

/** The backfills of artifacts; each is blocked by what it answers for itself. */
export type Measuring = 'artifacts-cleanup' | 'artifacts-index' | 'artifacts-inventory';

/**
 * The invariants A to F of artifacts, which the target alone can tell. What a backfill can't mend is a warning to it:
 * verifying the whole system (`headgate verify artifacts`) goes by the inventory, to which all of them block.
 */
export function artifactInvariants<S extends Shape>(
  facts: ArtifactsFacts,
  by: Measuring,
): readonly Invariant<S>[] {
  const severity = (...blocked: readonly Measuring[]) => (blocked.includes(by) ? 'blocking' : 'warning');
  return [
    {
      id: 'uniqueness',
      title: 'every object has one row at most',
      severity: 'blocking',
      reads: 'target',
      why: 'With several rows of one object, joins count it several times, and nobody knows which row is right.',
      recovery:
        'Run artifacts-cleanup: the newest row stays, and what named the others names it. headgate recover artifacts does it with the ingestion stopped.',
      ...(by === 'artifacts-cleanup' ? {recovers: {as: 'dry-run'}} : {}),
      measure: io => severalRows(io, facts),
    },
    {
      id: 'no-unknown',
      title: 'every row has a known source_type',
      severity: severity('artifacts-inventory'),
      reads: 'target',
      why: 'A row of unknown type hides where its object came from.',
      recovery:
        'Run artifacts-inventory: what a rule classifies is upgraded. Keys that no rule fits need one, in options.artifacts.rules of the config.',
      ...(by === 'artifacts-inventory' ? {recovers: {as: 'dry-run'}} : {}),
      measure: ({target, signal}) =>
        findRows(
          target,
          {
            table: 'artifacts',
            order: facts.id,
            breaks: isUnknown(`row.${quoted(facts.sourceType)}`),
            key: keyOf(facts),
            detail: `'${facts.id} ' || ${asText(`row.${quoted(facts.id)}`)} || ': ' || ${asText(`row.${quoted(facts.sourceType)}`)}`,
          },
          signal,
        ),
    },
    {
      id: 'no-orphans',
      title: 'whatever names an artifact names one that is there',
      severity: 'blocking',
      reads: 'target',
      why: 'A row that names an artifact which is gone has lost where it came from.',
      recovery:
        'Look at the rows: point them to the artifact that they are of, or delete them by hand. If a run of ours deleted it, headgate undo RUN puts it back.',
      measure: io => orphans(io, facts),
    },
    {
      id: 'unique-index',
      title: 'a unique index keeps every object to one row',
      severity: severity('artifacts-index', 'artifacts-inventory'),
      reads: 'target',
      why: 'Without it, the next ingestion may bring the doubles back.',
      recovery: 'Run artifacts-index, after artifacts-cleanup.',
      ...(by === 'artifacts-index' ? {recovers: {as: 'dry-run'}} : {}),
      measure: ({target}) => indexIsThere(target, facts),
    },
    {
      id: 'types-kept',
      title: 'no run has changed or lost a known source_type',
      severity: 'blocking',
      reads: 'target',
      why: 'A known type is what somebody knew: a backfill may only fill what is unknown.',
      recovery: 'Undo the run that is named: headgate undo RUN.',
      measure: typesKept,
    },
    ...(facts.sourceUrl === null ? [] : [citations<S>(facts, facts.sourceUrl)]),
  ];
}

function citations<S extends Shape>(facts: ArtifactsFacts, sourceUrl: string): Invariant<S> {
  const url = `row.${quoted(sourceUrl)}`;
  return {
    id: 'citations-specific',
    title: 'source_url names a document, not a homepage or a directory',
    severity: 'warning',
    reads: 'target',
    why: 'Whoever follows the citation has to find the document itself.',
    recovery: 'Write the address of the document into source_url by hand.',
    measure: ({target, signal}) =>
      findRows(
        target,
        {table: 'artifacts', order: facts.id, breaks: isListing(url), key: keyOf(facts), detail: asText(url)},
        signal,
      ),
  };
}

/** The key of a row's group, as runs name it; of a row without an object, its id. */
function keyOf({bucket, key, id}: ArtifactsFacts): string {
  const [b, k] = [`row.${quoted(bucket)}`, `row.${quoted(key)}`];
  return `CASE WHEN ${b} IS NULL OR ${k} IS NULL
    THEN '${id} ' || ${asText(`row.${quoted(id)}`)}
    ELSE ${groupKeySql(asText(b), asText(k))}
  END`;
}

/** Objects with several rows. A unique index has nothing to be counted. */
async function severalRows(
  {target}: CheckIo<Shape>,
  facts: ArtifactsFacts,
): Promise<FoundRows & {readonly note?: string}> {
  const uniqueIndex = await uniqueIndexNow(target, facts);
  if (uniqueIndex !== null) return {count: 0, sample: [], note: `held by ${uniqueIndex.name}`};
  const [bucket, key] = [quoted(facts.bucket), quoted(facts.key)];
  const groups = `FROM artifacts WHERE ${bucket} IS NOT NULL AND ${key} IS NOT NULL
                  GROUP BY ${bucket}, ${key} HAVING count(*) > 1`;
  const [row] = await target.query(`SELECT count(*) AS count FROM (SELECT 1 ${groups})`);
  const count = Number(row?.['count'] ?? 0);
  if (count === 0) return {count, sample: []};
  const sample = await target.query(
    `SELECT ${groupKeySql(asText(bucket), asText(key))} AS key,
       count(*) || ' rows: ' || substr(group_concat(${asText(quoted(facts.id))}, ', '), 1, 200) AS detail
     ${groups}
     LIMIT ${shown}`,
  );
  return {count, sample: sample.map(each => ({key: String(each['key']), detail: String(each['detail'])}))};
}

async function indexIsThere(
  target: CheckIo<Shape>['target'],
  facts: ArtifactsFacts,
): Promise<FoundRows & {readonly note?: string}> {
  const uniqueIndex = await uniqueIndexNow(target, facts);
  if (uniqueIndex !== null) return {count: 0, sample: [], note: uniqueIndex.name};
  const detail = `no unique index on ${facts.bucket} and ${facts.key}`;
  return {count: 1, sample: [{key: 'artifacts', detail}]};
}

async function orphans(
  {target, signal}: CheckIo<Shape>,
  {references, id}: ArtifactsFacts,
): Promise<FoundRows> {
  const found: FoundRows[] = [];
  for (const {table, column, identity, order} of references) {
    const named = `row.${quoted(column)}`;
    const told =
      identity.length === 0 ? named : identity.map(name => asText(`row.${quoted(name)}`)).join(" || ' ' || ");
    found.push(
      await findRows(
        target,
        {
          table,
          order,
          breaks: `${named} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM artifacts WHERE artifacts.${quoted(id)} = ${named})`,
          key: `'${table.replaceAll("'", "''")} ' || ${told}`,
          detail: `'names artifact ' || ${asText(named)} || ', which is not there'`,
        },
        signal,
      ),
    );
  }
  return {
    count: found.reduce((sum, {count}) => sum + count, 0),
    sample: found.flatMap(({sample}) => sample).slice(0, shown),
  };
}
