import {spread} from '../../src/console/edges.ts';
import type {Line} from '../../src/console/line.ts';
import {StyledLine} from './styled-line.tsx';

export interface HeaderProps {
  readonly left: Line;
  /** Never cut while it fits: it says whether this is live. */
  readonly right: Line;
  readonly width: number;
}

/**
 * The first row of every screen: where you are, and what is at stake.
 *
 *      headgate › asset-index › runbook             d1:dev_kc_asset_index     LIVE
 */
export function Header({left, right, width}: HeaderProps) {
  return <StyledLine line={spread(left, right, width)} width={width} />;
}
