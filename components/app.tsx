import {Box, useInput, usePaste, useWindowSize} from 'ink';
import {useLayoutEffect, useMemo} from 'react';
import {useStore} from 'zustand';
import type {Console} from '../src/console/console.ts';
import {type Frame, frameOf, tooSmallRows} from '../src/console/frame.ts';
import {strokesOf} from '../src/console/strokes.ts';
import {Screen} from './screen.tsx';
import {type Theme, ThemeProvider} from './theme.tsx';
import {Footer} from './widgets/footer.tsx';
import {Header} from './widgets/header.tsx';
import {Lines} from './widgets/lines.tsx';
import {StyledLine} from './widgets/styled-line.tsx';

export interface AppProps {
  readonly model: Console;
  readonly theme: Theme;
}

/**
 * The whole terminal: header, screen, perhaps a notice, footer. It selects from the store and hands keys on; all else
 * happens elsewhere.
 */
export function App({model, theme}: AppProps) {
  const {columns, rows} = useWindowSize();
  const state = useStore(model.store);
  useInput((input, key) => model.press(strokesOf(input, key)));
  usePaste(text => model.paste(text));
  useLayoutEffect(() => model.send({type: 'resized', size: {columns, rows}}), [model, columns, rows]);
  const frame = useMemo(() => frameOf(state), [state]);
  return (
    <ThemeProvider value={theme}>
      <Box flexDirection="column" width="100%" height={rows} overflow="hidden">
        {frame === null ? (
          <Lines lines={tooSmallRows(state).map(row => [{text: row}])} width={columns} height={rows} />
        ) : (
          <Framed frame={frame} width={columns} />
        )}
      </Box>
    </ThemeProvider>
  );
}

function Framed({frame, width}: {readonly frame: Frame; readonly width: number}) {
  const {header, screen, notice, hints, isBordered} = frame;
  return (
    <>
      <Header {...header} width={width} />
      <Box flexDirection="column" flexGrow={1} flexShrink={1} overflow="hidden">
        <Screen screen={screen} width={width} isBordered={isBordered} />
      </Box>
      {notice !== null && <StyledLine line={notice} width={width} />}
      <Footer hints={hints} width={width} />
    </>
  );
}
