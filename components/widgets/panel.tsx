import {Box} from 'ink';
import type {ReactNode} from 'react';
import {panelContent, panelTop} from '../../src/console/edges.ts';
import {useTheme} from '../theme.tsx';
import {StyledLine} from './styled-line.tsx';

export interface PanelProps {
  readonly title: string;
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  /** Without a border, on small screens, its title is a row of its own. */
  readonly bordered?: boolean;
  /** Content for `panelContent({width, height}, bordered)`; what is larger is clipped. */
  readonly children?: ReactNode;
}

/**
 * A pane of a screen, exactly `width` × `height`.
 *
 *     ╭ Coverage ─────────────────── 1 h old ─╮
 *     │ > bgm/      ━━━━━━━━━━━━━━━─  97.05 % │
 *     ╰───────────────────────────────────────╯
 */
export function Panel({title, note = '', width, height, bordered = true, children}: PanelProps) {
  const {ascii} = useTheme();
  const content = panelContent({width, height}, bordered);
  return (
    <Box flexDirection="column" flexShrink={0} width={width} height={height} overflow="hidden">
      <StyledLine line={panelTop(title, note, width, bordered)} width={width} />
      <Box
        flexShrink={0}
        width={width}
        height={Math.max(0, height - 1)}
        {...(bordered ? ({borderStyle: ascii ? 'classic' : 'round'} as const) : {})}
        borderTop={false}
        borderDimColor
        paddingX={bordered ? 1 : 0}
      >
        <Box flexDirection="column" flexShrink={0} {...content} overflow="hidden">
          {children}
        </Box>
      </Box>
    </Box>
  );
}
