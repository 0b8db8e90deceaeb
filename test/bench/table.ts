/** One column of a table; the first is text, all others are figures and stand to the right. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
}

/** Rows as plain aligned lines:
 *
 *     what                    files   seconds
 *     the original's way     10,000     12.05
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({title}) => title), ...rows.map(row => columns.map(({text}) => text(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map(line => line[index]?.length ?? 0)));
  const lines = cells.map(line =>
    line
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  '),
  );
  return `${lines.map(line => `  ${line}\n`).join('')}\n`;
}
