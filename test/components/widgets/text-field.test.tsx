import {Text, useInput, usePaste} from 'ink';
import {useReducer} from 'react';
import {afterEach, describe, expect, it} from 'vitest';
import {TextField} from '../../../components/widgets/text-field.tsx';
import {editField, emptyField, fieldOf} from '../../../src/console/text-field.ts';
import {drawWidget} from '../../frames/draw-widget.ts';
import {type Frame, renderFrame} from '../../frames/render-frame.tsx';

const open: Frame[] = [];

afterEach(async () => {
  for (const frame of open.splice(0)) await frame.unmount();
});

function Confirmation() {
  const [field, edit] = useReducer(editField, emptyField);
  useInput((input, key) => {
    if (key.backspace || key.delete) edit({type: 'backspace'});
    else if (key.leftArrow) edit({type: 'left'});
    else edit({type: 'insert', text: input});
  });
  usePaste(text => edit({type: 'insert', text}));
  return (
    <Text>
      [<TextField field={field} width={12} />]
    </Text>
  );
}

describe('a text field', () => {
  it('takes keys and pastes, and shows its cursor', async () => {
    const frame = await renderFrame(<Confirmation />);
    open.push(frame);
    frame.press('dev');
    await frame.settled();
    frame.press('\x7f');
    await frame.settled();
    frame.paste('_kc\n');
    await frame.settled();
    frame.press('\x1b[D');
    await frame.settled();
    expect(frame.frame()).toBe('[de_kc       ]');
    expect(frame.cells()[0]?.findIndex(({inverse}) => inverse)).toBe(5);
    expect(frame.cells()[0]?.filter(({inverse}) => inverse)).toHaveLength(1);
  });

  it('shows the end of a long text, the cursor behind it', () => {
    const field = fieldOf('dev_kc_asset_index');
    expect(drawWidget(<TextField field={field} width={8} />)).toEqual(['t_index']);
  });

  it('shows no cursor while keys go elsewhere', async () => {
    const frame = await renderFrame(<TextField field={fieldOf('bgm/')} width={8} isActive={false} />);
    open.push(frame);
    expect(frame.frame()).toBe('bgm/');
    expect(frame.cells()[0]?.some(({inverse}) => inverse)).toBe(false);
  });
});
