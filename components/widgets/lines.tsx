import {Box} from 'ink';
import type {Line} from '../../src/console/line.ts';
import {StyledLine} from './styled-line.tsx';

export interface LinesProps {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  /** The first of the lines that is drawn: see `windowStart`. */
  readonly start?: number;
  /** Which of the lines is selected; with null none is, but there is room for the `>`. */
  readonly selected?: number | null;
}

/**
 * A window of a list, one row a line, always `width` × `height`. Only what is seen is laid out.
 *
 *     > bgm/      ━━━━━━━━━━━━━━━━━━─  97.05 %
 *       kcs2/     ━━━━━━━━━━━━━━━━━━━ 100.00 %
 */
export function Lines({lines, width, height, start = 0, selected}: LinesProps) {
  return (
    <Box flexDirection="column" flexShrink={0} width={width} height={height} overflow="hidden">
      {lines.slice(start, start + height).map((line, index) => {
        const isSelected = start + index === selected;
        const row = selected === undefined ? line : [{text: isSelected ? '> ' : '  '}, ...line];
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the window keeps its place while lines move through it
        return <StyledLine key={index} line={row} width={width} isSelected={isSelected} />;
      })}
    </Box>
  );
}
