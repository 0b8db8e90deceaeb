import Module, {createRequire} from 'node:module';
import * as ink from 'ink';
import type {ComponentType, ReactNode} from 'react';

/**
 * ink-table is CommonJS and requires ink, whose modules await at their top level: a plain import of it throws
 * ERR_REQUIRE_ASYNC_MODULE. So the ink that is loaded already is put where `require` looks first. The types are ours,
 * since those of the package are for React 16.
 */

export interface InkTableProps {
  readonly data: readonly Readonly<Record<string, string>>[];
  readonly columns: readonly string[];
  /** All three are taken when the table is first drawn, and never again. */
  readonly header: ComponentType<InkTableCellProps>;
  readonly cell: ComponentType<InkTableCellProps>;
  readonly skeleton: ComponentType<InkTablePieceProps>;
}

/** The text comes padded by its length in UTF-16 units, which is not its width. */
export interface InkTableCellProps {
  readonly column: number;
  readonly children?: ReactNode;
}

/** Without a column: the corner, crossing or edge that stands between two of them. */
export interface InkTablePieceProps {
  readonly column?: number;
  readonly children?: ReactNode;
}

const require = createRequire(import.meta.url);
const inkPath = require.resolve('ink');
const entry = new Module(inkPath);
entry.exports = ink;
entry.loaded = true;
require.cache[inkPath] = entry;

const {default: Table}: {readonly default: ComponentType<InkTableProps>} = require('ink-table');

export {Table as InkTable};
