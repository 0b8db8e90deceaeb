import {z} from 'zod';
import type {Row} from '../core/sql.ts';
import {type Encoded, encoded} from './exact.ts';

const encodedText = z.string().nullable();

/** An encoded value of a row. */
export function textIn(row: Row, column: string): Encoded {
  return encodedText.parse(row[column]);
}

/** A function takes so many values in D1, and a result has so many columns that a whole row may not fit beside others. */
const valuesAtOnce = 30;

/** SQL of the values of a row as one text, encoded; rowIn reads it. */
export function encodedRow(values: readonly string[]): string {
  const parts: string[] = [];
  for (let from = 0; from < values.length; from += valuesAtOnce)
    parts.push(
      `json_array(${values
        .slice(from, from + valuesAtOnce)
        .map(encoded)
        .join(', ')})`,
    );
  return `json_array(${parts.join(', ')})`;
}

const encodedValues = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(z.array(encodedText)));

export function rowIn(row: Row, column: string): readonly Encoded[] {
  return encodedValues.parse(row[column]).flat();
}
