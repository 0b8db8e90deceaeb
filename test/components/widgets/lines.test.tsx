import {Box} from 'ink';
import {afterEach, describe, expect, it} from 'vitest';
import {colorTheme, monoTheme, type Theme, ThemeProvider} from '../../../components/theme.tsx';
import {Lines} from '../../../components/widgets/lines.tsx';
import {StyledLine} from '../../../components/widgets/styled-line.tsx';
import type {Line} from '../../../src/console/line.ts';
import {drawWidget} from '../../frames/draw-widget.ts';
import {type Frame, renderFrame} from '../../frames/render-frame.tsx';

const open: Frame[] = [];

afterEach(async () => {
  for (const frame of open.splice(0)) await frame.unmount();
});

const plan: Line = [
  {text: '✔', tone: 'good'},
  {text: ' dry run  ', tone: 'strong'},
  {text: '2,238 listed · 2,172 to update', tone: 'dim'},
];

describe('a styled line', () => {
  it('is drawn whole where it fits, and cut with … where it does not', () => {
    expect(drawWidget(<StyledLine line={plan} width={60} />)).toEqual([
      '✔ dry run  2,238 listed · 2,172 to update',
    ]);
    expect(drawWidget(<StyledLine line={plan} width={20} />)).toEqual(['✔ dry run  2,238 li…']);
  });

  it('never passes on what would move the cursor', () => {
    expect(drawWidget(<StyledLine line={[{text: 'a\x1b[2Jb\nc\td\u202e'}]} width={40} />)).toEqual([
      'a\\x1b[2Jb\\x0ac\\x09d\\u{202e}',
    ]);
  });

  it('is all ASCII in an ASCII theme, also where it is cut', () => {
    const row = (
      <ThemeProvider value={{...monoTheme, ascii: true}}>
        <StyledLine line={[{text: '✔ 艦これ → ━━━━╍─ and more'}]} width={20} />
      </ThemeProvider>
    );
    expect(drawWidget(row)).toEqual(['v ?????? > ####=- a~']);
  });

  async function looks(theme: Theme, line: Line, isSelected = false) {
    const frame = await renderFrame(
      <ThemeProvider value={theme}>
        <StyledLine line={line} width={20} isSelected={isSelected} />
      </ThemeProvider>,
    );
    open.push(frame);
    return frame.cells()[0]?.slice(0, 20) ?? [];
  }

  it('has the colours of its tones, on the ground of the terminal', async () => {
    const tones = ['good', 'warn', 'bad', 'accent', 'strong', 'dim'] as const;
    const cells = await looks(colorTheme, [...tones.map(tone => ({text: 'x', tone})), {text: 'plain'}]);
    expect(cells.slice(0, 7).map(({foreground, bold, dim}) => ({foreground, bold, dim}))).toEqual([
      {foreground: 2, bold: false, dim: false},
      {foreground: 5, bold: false, dim: false},
      {foreground: 1, bold: true, dim: false},
      {foreground: 6, bold: false, dim: false},
      {foreground: null, bold: true, dim: false},
      {foreground: null, bold: false, dim: true},
      {foreground: null, bold: false, dim: false},
    ]);
    expect(cells.every(({background}) => background === null)).toBe(true);
  });

  it('has no colour at all in the mono theme', async () => {
    const cells = await looks(monoTheme, plan);
    expect(cells.every(({foreground, background}) => foreground === null && background === null)).toBe(true);
    expect(cells.map(({bold}) => bold)).toContain(true);
  });

  it('is inverse over its whole width when selected', async () => {
    const cells = await looks(monoTheme, [{text: 'bgm/', tone: 'strong'}], true);
    expect(cells).toHaveLength(20);
    expect(cells.every(({inverse}) => inverse)).toBe(true);
  });
});

describe('lines', () => {
  const groups: readonly Line[] = ['bgm/', 'kcs2/', 'img/', 'voice/', 'map/'].map(text => [{text}]);

  function drawn(props: {
    readonly start?: number;
    readonly selected?: number | null;
    readonly height?: number;
  }) {
    const {height = 3, ...rest} = props;
    return drawWidget(
      <Box flexDirection="column">
        <Lines lines={groups} width={12} height={height} {...rest} />
        <StyledLine line={[{text: 'below'}]} width={12} />
      </Box>,
    );
  }

  it('are as many as there is room for', () => {
    expect(drawn({})).toEqual(['bgm/', 'kcs2/', 'img/', 'below']);
  });

  it('begin where asked, with the selected one marked', () => {
    expect(drawn({start: 2, selected: 3})).toEqual(['  img/', '> voice/', '  map/', 'below']);
  });

  it('keep the room of the mark where nothing is selected', () => {
    expect(drawn({start: 3, selected: null})).toEqual(['  voice/', '  map/', '', 'below']);
  });

  it('take up all of their height', () => {
    expect(drawn({height: 7})).toEqual(['bgm/', 'kcs2/', 'img/', 'voice/', 'map/', '', '', 'below']);
  });
});
