import fc from 'fast-check';
import {expect, it} from 'vitest';
import {InventoryFault} from '../../src/stores/inventory-fault.ts';
import {faultBeforeEnd, parseValue} from '../../src/stores/inventory-json.ts';

/** What a value may be that has begun: V8's words for a text that ends too early are the only ones there are. */
const begun = fc.oneof(
  fc.json(),
  fc.json().map(text => JSON.stringify([JSON.parse(text), '\u5199\\"\u0007'], null, 2)),
);

it('no beginning of a value is at fault, wherever it is cut off', () => {
  fc.assert(
    fc.property(fc.json({noUnicodeString: false}), begun, (text, other) => {
      for (const whole of [text, other].map(each => Buffer.from(each)))
        for (let length = 1; length < whole.length; length++)
          expect(
            faultBeforeEnd(whole.subarray(0, length), 1),
            whole.subarray(0, length).toString(),
          ).toBeNull();
    }),
    {numRuns: 100},
  );
});

it('the line of a fault is that of the token at which it is one', () => {
  const lines = fc.array(fc.constantFrom('"a"', '1', 'true', '[]', '{"b": null}'), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(
      lines,
      lines,
      fc.constantFrom('}', 'tru', ':', '"\t"', '01', '1 2', '"\\x"', '\u00e9'),
      (before, after, wrong) => {
        const text = `[\n${[...before, wrong, ...after].join(',\n')}\n]`;
        const fault = (() => {
          try {
            parseValue(Buffer.from(text), 100);
            return null;
          } catch (error) {
            return error;
          }
        })();
        expect(fault).toBeInstanceOf(InventoryFault);
        expect(fault).toMatchObject({line: 101 + before.length});
      },
    ),
  );
});
