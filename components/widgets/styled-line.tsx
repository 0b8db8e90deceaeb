import {Text} from 'ink';
import {memo} from 'react';
import type {Line, Tone} from '../../src/console/line.ts';
import {fitLine} from '../../src/console/text.ts';
import {drawn, useTheme} from '../theme.tsx';

export interface StyledLineProps {
  readonly line: Line;
  readonly width: number;
  /** Drawn inverse, but for bars, which would seem to show the opposite; the `>` that goes with it is the list's. */
  readonly isSelected?: boolean;
}

/**
 * One row of the terminal, exactly `width` cells.
 *
 *     ✔ dry run    2,238 listed · 2,172 to update · 66 unchan…
 */
export const StyledLine = memo(DrawnLine, isDrawnAlike);

function DrawnLine({line, width, isSelected = false}: StyledLineProps) {
  const theme = useTheme();
  // Fitted here and not by Ink, whose `…` would be drawn in ASCII too.
  return (
    <Text wrap="truncate">
      {fitLine(line, width).map(({text, tone}, index) => {
        const style = tone === undefined ? {} : theme.tones[tone];
        const inverse = isSelected && !isGraph(tone);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity; one row is drawn anew as a whole
          <Text key={index} inverse={inverse} {...style}>
            {drawn(text, theme)}
          </Text>
        );
      })}
    </Text>
  );
}

function isGraph(tone: Tone | undefined): boolean {
  return tone === 'bar' || tone === 'track';
}

/** Frames are made anew ten times a second, and most of their rows are as they were. */
function isDrawnAlike(before: StyledLineProps, now: StyledLineProps): boolean {
  return (
    before.width === now.width &&
    before.isSelected === now.isSelected &&
    before.line.length === now.line.length &&
    now.line.every(({text, tone}, index) => {
      const other = before.line[index];
      return other?.text === text && other.tone === tone;
    })
  );
}
