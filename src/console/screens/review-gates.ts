import type {Gate} from '../../runbook/gate.ts';
import type {Line, Tone} from '../line.ts';
import {hanging} from './wrapped.ts';

/** What has to hold before a live run: what does, what is typed next, and what opens the others. */
export function gateLines(gates: readonly Gate[], width: number): readonly Line[] {
  return gates.flatMap(({title, holds, reason, unlock, id}) => {
    const isTyped = id === 'confirmed' || id === 'whole' || id === 'failures';
    const sign = holds ? '✔' : isTyped ? '○' : '✖';
    const tone: Tone = holds ? 'good' : isTyped ? 'accent' : 'bad';
    const said = holds || !isTyped ? reason : typedText(id, reason);
    return [
      ...gateLine(sign, tone, title, said, width),
      ...(holds || isTyped || unlock === undefined ? [] : gateLine(' ', tone, '', unlock, width)),
    ];
  });
}

function typedText(id: Gate['id'], reason: string): string {
  if (id === 'confirmed') return 'its name is asked for next';
  return `${reason}: ${id === 'whole' ? 'its name' : 'their number'} is asked for next`;
}

const gateWidth = 20;

function gateLine(sign: string, tone: Tone, title: string, text: string, width: number): readonly Line[] {
  const head = [{text: `${sign} `, tone}, {text: title.padEnd(gateWidth)}];
  return hanging(head, text, width, sign === '✔' ? 'dim' : undefined);
}
