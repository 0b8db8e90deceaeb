import {z} from 'zod';
import type {Row} from '../../core/sql.ts';
import type {Encoded} from './exact.ts';

const encodedText = z.string().nullable();

/** An encoded value of a row. */
export function textIn(row: Row, column: string): Encoded {
  return encodedText.parse(row[column]);
}
