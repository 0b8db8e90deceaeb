import {Box, Text} from 'ink';
import {afterEach, describe, expect, it} from 'vitest';
import {monoTheme, ThemeProvider} from '../../../components/theme.tsx';
import {Lines} from '../../../components/widgets/lines.tsx';
import {Panel, type PanelProps} from '../../../components/widgets/panel.tsx';
import type {Line} from '../../../src/console/line.ts';
import {drawWidget} from '../../frames/draw-widget.ts';
import {expectFits, type Frame, renderFrame} from '../../frames/render-frame.tsx';

const open: Frame[] = [];

afterEach(async () => {
  for (const frame of open.splice(0)) await frame.unmount();
});

const groups: readonly Line[] = ['bgm/      97.05 %', 'kcs2/    100.00 %'].map(text => [{text}]);

function Coverage(props: Partial<PanelProps>) {
  return (
    <Panel title="Coverage" note="1 h old" width={40} height={4} {...props}>
      <Lines lines={groups} width={36} height={2} />
    </Panel>
  );
}

describe('a panel', () => {
  it('has its title and its note in its border', () => {
    expect(drawWidget(<Coverage />)).toEqual([
      '╭ Coverage ────────────────── 1 h old ─╮',
      '│ bgm/      97.05 %                    │',
      '│ kcs2/    100.00 %                    │',
      '╰──────────────────────────────────────╯',
    ]);
  });

  it('has a row for its title where it has no border', () => {
    expect(drawWidget(<Coverage bordered={false} />)).toEqual([
      'Coverage                         1 h old',
      'bgm/      97.05 %',
      'kcs2/    100.00 %',
      '',
    ]);
  });

  it('is drawn in ASCII', () => {
    const panel = (
      <ThemeProvider value={{...monoTheme, ascii: true}}>
        <Coverage />
      </ThemeProvider>
    );
    expect(drawWidget(panel)).toEqual([
      '+ Coverage ------------------ 1 h old -+',
      '| bgm/      97.05 %                    |',
      '| kcs2/    100.00 %                    |',
      '+--------------------------------------+',
    ]);
  });

  it.each([true, false])('clips what is larger than itself (bordered: %s)', bordered => {
    const panels = (
      <Box>
        <Panel title="Log" width={20} height={4} bordered={bordered}>
          <Lines lines={Array(9).fill([{text: 'y'.repeat(90)}])} width={90} height={9} />
        </Panel>
        <Text>beside</Text>
      </Box>
    );
    const rows = drawWidget(panels);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^.{20}beside$/);
    for (const row of rows.slice(1)) expect(row.length).toBeLessThanOrEqual(20);
    expect(rows[1]).toBe(bordered ? `│ ${'y'.repeat(16)} │` : 'y'.repeat(20));
  });

  it.each(['艦これ 🚢', 'cafe\u0301/nfd', '\x1b[2J\u202e', 'ｶﾞ half'])(
    'holds its border straight with %j in it',
    async text => {
      const frame = await renderFrame(
        <Panel title={text} note={text} width={60} height={16}>
          <Lines lines={Array(20).fill([{text}, {text: 'x'.repeat(80)}])} width={56} height={14} />
        </Panel>,
        60,
        16,
      );
      open.push(frame);
      expectFits(frame.frame(), 60, 16);
      const edge = frame.cells().map(row => row[59]?.text);
      expect(edge).toEqual(['╮', ...Array(14).fill('│'), '╯']);
    },
  );
});
