import {z} from 'zod';
import type {Figure} from '../../../core/checks.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {isUnknown} from '../names.ts';

export const summary = {
  title: 'Artifacts Summary',
  checks: {
    'no-orphans': 'orphans',
    'objects-without-row': 'objects without row',
    'rows-without-object': 'rows without object',
  },
};

/** The figures of the summary that the table alone tells: how many rows, of which type, and how many are doubles. */
export async function artifactFigures(target: Reader, facts: ArtifactsFacts): Promise<readonly Figure[]> {
  const [bucket, key, type] = [quoted(facts.bucket), quoted(facts.key), quoted(facts.sourceType)];
  const [[totals], [groups], types] = await Promise.all([
    target.query(`SELECT count(*) AS rows, COALESCE(sum(${isUnknown(type)}), 0) AS unknown FROM artifacts`),
    target.query(
      `SELECT count(*) AS objects, COALESCE(sum(rows > 1), 0) AS several, COALESCE(sum(rows - 1), 0) AS doubles
       FROM (
         SELECT count(*) AS rows FROM artifacts
         WHERE ${bucket} IS NOT NULL AND ${key} IS NOT NULL
         GROUP BY ${bucket}, ${key}
       )`,
    ),
    target.query(
      `SELECT CAST(${type} AS TEXT) AS type, count(*) AS rows FROM artifacts
       WHERE NOT ${isUnknown(type)}
       GROUP BY 1
       ORDER BY 2 DESC, 1
       LIMIT ${mostTypes}`,
    ),
  ]);
  return [
    figure('rows', totals?.['rows']),
    figure('objects that have rows', groups?.['objects']),
    figure('objects with several rows', groups?.['several']),
    figure('rows too many', groups?.['doubles']),
    figure('unknown type', totals?.['unknown']),
    ...types.map(row => figure(`type ${String(row['type'])}`, row['rows'])),
  ];
}

const mostTypes = 20;

function figure(name: string, value: unknown): Figure {
  return {name, value: z.number().parse(value)};
}
