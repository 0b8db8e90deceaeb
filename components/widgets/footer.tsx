import {hintLine} from '../../src/console/edges.ts';
import type {Line} from '../../src/console/line.ts';
import {StyledLine} from './styled-line.tsx';

export interface FooterProps {
  /** The most useful first; the last one is always shown. */
  readonly hints: readonly Line[];
  readonly width: number;
}

/**
 * The last row of every screen: the keys that do something now.
 *
 *      p pause  s cancel  +/- speed  tab pane  enter details  esc back  ? keys
 */
export function Footer({hints, width}: FooterProps) {
  return <StyledLine line={hintLine(hints, width)} width={width} />;
}
