import type {Line, Span, Tone} from '../line.ts';
import {lineWidth} from '../text.ts';
import {wrapText} from '../wrap.ts';

/** A text on as many lines as it takes. */
export function paragraph(text: string, width: number, tone?: Tone): readonly Line[] {
  return wrapText(text, width).map(part => [styled(part, tone)]);
}

/** A text behind its head; what does not fit beside it goes on below where it began. */
export function hanging(head: Line, text: string, width: number, tone?: Tone): readonly Line[] {
  const indent = lineWidth(head);
  return wrapText(text, Math.max(10, width - indent)).map((part, index) => [
    ...(index === 0 ? head : [{text: ' '.repeat(indent)}]),
    styled(part, tone),
  ]);
}

function styled(text: string, tone?: Tone): Span {
  return tone === undefined ? {text} : {text, tone};
}
