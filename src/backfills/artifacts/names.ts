/** SQL that is 1 where a source_type says nothing: NULL counts as unknown. */
export function isUnknown(column: string): string {
  return `(${column} IS NULL OR ${column} = 'unknown')`;
}

/** The same of a value that was read. */
export function saysNothing(type: string | null): boolean {
  return type === null || type === 'unknown';
}
