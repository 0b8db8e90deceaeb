import {describe, expect, it} from 'vitest';
import {Footer} from '../../../components/widgets/footer.tsx';
import {Header} from '../../../components/widgets/header.tsx';
import type {Line} from '../../../src/console/line.ts';
import {drawWidget} from '../../frames/draw-widget.ts';

describe('the header', () => {
  const where: Line = [{text: ' headgate › asset-index › runbook'}];
  const stakes: Line = [{text: 'd1:dev_kc_asset_index  '}, {text: 'LIVE', tone: 'bad'}];

  it('says where you are at the left, and what is at stake at the right', () => {
    expect(drawWidget(<Header left={where} right={stakes} width={80} />)).toEqual([
      `${' headgate › asset-index › runbook'.padEnd(53)}d1:dev_kc_asset_index  LIVE`,
    ]);
  });

  it('cuts the left where there is no room for both', () => {
    expect(drawWidget(<Header left={where} right={stakes} width={50} />)).toEqual([
      ' headgate › asset-ind… d1:dev_kc_asset_index  LIVE',
    ]);
  });
});

describe('the footer', () => {
  const hints: readonly Line[] = ['p pause', 's cancel', 'tab pane', 'esc back', '? keys'].map(text => [
    {text},
  ]);

  it.each([
    [60, ' p pause  s cancel  tab pane  esc back  ? keys'],
    [30, ' p pause  s cancel  ? keys'],
  ])('at %i columns shows what fits, and ? keys', (width, expected) => {
    expect(drawWidget(<Footer hints={hints} width={width} />)).toEqual([expected]);
  });
});
