import {isUtf8} from 'node:buffer';
import {OperatorError} from '../core/operator-error.ts';

/** A key as a cursor that survives URLs and shells: base64url of its UTF-8 bytes. */
export function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url');
  if (cursor === '' || bytes.toString('base64url') !== cursor || !isUtf8(bytes))
    throw new OperatorError(
      'usage',
      `--cursor ${cursor}: this is not a cursor of headgate`,
      'Pass the cursor of the previous answer as it is, or begin after a key with --start-after KEY.',
    );
  return bytes.toString('utf8');
}
