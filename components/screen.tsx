import {Box} from 'ink';
import {panelContent} from '../src/console/edges.ts';
import type {Block, Screen as ScreenData} from '../src/console/screens/screen.ts';
import {lineWidth} from '../src/console/text.ts';
import {Lines} from './widgets/lines.tsx';
import {Panel} from './widgets/panel.tsx';
import {StyledLine} from './widgets/styled-line.tsx';
import {SummaryTable} from './widgets/summary-table.tsx';
import {TextField} from './widgets/text-field.tsx';

export interface ScreenProps {
  readonly screen: ScreenData;
  readonly width: number;
  readonly isBordered: boolean;
}

/** A screen's panels, one below the other. What they hold was made to fit by whoever made it. */
export function Screen({screen, width, isBordered}: ScreenProps) {
  return screen.panels.map(({title, note, height, blocks}) => {
    const room = panelContent({width, height}, isBordered);
    return (
      <Panel key={title} title={title} note={note} width={width} height={height} bordered={isBordered}>
        {blocks.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks keep their places
          <BlockView key={index} block={block} width={room.width} />
        ))}
      </Panel>
    );
  });
}

function BlockView({block, width}: {readonly block: Block; readonly width: number}) {
  switch (block.type) {
    case 'lines':
      return (
        <Lines
          lines={block.lines}
          width={width}
          height={block.lines.length}
          {...(block.selected === undefined ? {} : {selected: block.selected})}
        />
      );
    case 'table':
      return <SummaryTable columns={block.columns} rows={block.rows} width={width} />;
    case 'field': {
      const label = lineWidth(block.label);
      return (
        <Box flexShrink={0} height={1} width={width}>
          <StyledLine line={block.label} width={label} />
          <TextField field={block.field} width={Math.max(1, width - label)} isActive={block.isActive} />
        </Box>
      );
    }
    default:
      return block satisfies never;
  }
}
