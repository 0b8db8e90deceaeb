import {Box, Text, useInput, usePaste, useWindowSize} from 'ink';
import {useState} from 'react';
import {afterEach, describe, expect, it} from 'vitest';
import {expectFits, type Frame, renderFrame} from './render-frame.tsx';

const open: Frame[] = [];

afterEach(async () => {
  for (const frame of open.splice(0)) await frame.unmount();
});

async function shown(...args: Parameters<typeof renderFrame>): Promise<Frame> {
  const frame = await renderFrame(...args);
  open.push(frame);
  return frame;
}

function Echo() {
  const {columns, rows} = useWindowSize();
  const [keys, setKeys] = useState('');
  const [pasted, setPasted] = useState('');
  useInput((input, key) => setKeys(keys + (key.escape ? '<esc>' : key.upArrow ? '<up>' : input)));
  usePaste(setPasted);
  return (
    // As wide as Ink's own root, which knows the new width before React does: an 80-column frame drawn on a terminal
    // that has 60 by now would wrap, and what follows would be drawn a row too high.
    <Box flexDirection="column" width="100%" height={rows} overflow="hidden">
      <Text>
        {columns}×{rows}
      </Text>
      <Text color="red" bold>
        keys: {keys}
      </Text>
      <Text inverse>pasted: {JSON.stringify(pasted)}</Text>
      <Box flexGrow={1} />
      <Text wrap="truncate">{'last row '.repeat(30)}</Text>
    </Box>
  );
}

function Fixed({width, height}: {readonly width: number; readonly height: number}) {
  return (
    <Box flexDirection="column" flexShrink={0} width={width} height={height}>
      {Array.from({length: height}, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are their number
        <Text key={row}>{'x'.repeat(width)}</Text>
      ))}
    </Box>
  );
}

function Growing() {
  const [height, setHeight] = useState(10);
  useInput(() => setHeight(height + 20));
  return <Fixed width={80} height={height} />;
}

describe('a frame', () => {
  it('is what is on the screen, of the size that was asked for', async () => {
    const {frame} = await shown(<Echo />, 60, 16);
    const lines = frame().split('\n');
    expect(lines).toHaveLength(16);
    expect(lines.slice(0, 3)).toEqual(['60×16', 'keys:', 'pasted: ""']);
    expect(lines[15]).toBe(`${'last row '.repeat(6)}last …`);
    expectFits(frame(), 60, 16);
  });

  it('follows keys, several in one chunk and one after the other', async () => {
    const {frame, press, settled} = await shown(<Echo />);
    press('jj');
    await settled();
    press('\x1b[A');
    await settled();
    press('\x1b');
    await settled();
    press('q');
    await settled();
    expect(frame().split('\n')[1]).toBe('keys: jj<up><esc>q');
  });

  it('gets a paste as one text, with its newline', async () => {
    const {frame, paste, settled} = await shown(<Echo />);
    paste('one\ntwo');
    await settled();
    expect(frame()).toContain('pasted: "one\\ntwo"');
    expect(frame()).toContain('keys:\n');
  });

  it.each([
    [120, 40],
    [60, 16],
    [60, 40],
    [120, 16],
  ])('follows the terminal to %i×%i, and leaves nothing behind', async (columns, rows) => {
    const {frame, resize, settled} = await shown(<Echo />, 80, 24);
    resize(columns, rows);
    await settled();
    const again = await shown(<Echo />, columns, rows);
    expect(frame()).toBe(again.frame());
    expectFits(frame(), columns, rows);
  });

  it('has cells with their colours', async () => {
    const {cells} = await shown(<Echo />);
    expect(cells()[0]?.[0]).toMatchObject({text: '8', foreground: null, bold: false, inverse: false});
    expect(cells()[1]?.[0]).toMatchObject({text: 'k', foreground: 1, bold: true});
    expect(cells()[2]?.[0]).toMatchObject({text: 'p', foreground: null, inverse: true});
  });

  it('counts cells of wide characters and of marks', async () => {
    const {cells} = await shown(<Text>{'艦🚢e\u0301x'}</Text>);
    expect(
      cells()[0]
        ?.slice(0, 6)
        .map(({text, width}) => [text, width]),
    ).toEqual([
      ['艦', 2],
      ['', 0],
      ['🚢', 2],
      ['', 0],
      ['e\u0301', 1],
      ['x', 1],
    ]);
  });

  it('takes the alternate screen and raw keys, and gives both back', async () => {
    const frame = await renderFrame(<Echo />);
    expect([frame.isAlternate(), frame.isRaw()]).toEqual([true, true]);
    await frame.unmount();
    expect([frame.isAlternate(), frame.isRaw()]).toEqual([false, false]);
    expect(frame.frame()).toBe('');
  });
});

describe('a frame that does not fit', () => {
  it.each([
    ['one row too many', 80, 25],
    ['many rows too many', 80, 60],
  ])('is found: %s', async (_, width, height) => {
    const {frame} = await shown(<Fixed width={width} height={height} />);
    expect(() => expectFits(frame(), 80, 24)).toThrow(/rows of a frame/);
  });

  it('is found: a column too many', () => {
    expect(() => expectFits(`one\n${'艦'.repeat(41)}`, 80, 24)).toThrow(/columns of row 2/);
  });

  it('is found when it comes after one that did fit', async () => {
    const {frame, press, settled} = await shown(<Growing />);
    expectFits(frame(), 80, 24);
    press('x');
    await settled();
    expect(() => expectFits(frame(), 80, 24)).toThrow(/rows of a frame/);
  });
});
