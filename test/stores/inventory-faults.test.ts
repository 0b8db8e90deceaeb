import {describe, expect, it} from 'vitest';
import {OperatorError} from '../../src/core/operator-error.ts';
import {fileWith, readAll} from './inventory-files.ts';

/** What is said of a file, behind its name. */
async function told(content: string | Uint8Array): Promise<string> {
  const path = fileWith(content);
  const error: unknown = await readAll(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperatorError);
  expect(error).toMatchObject({code: 'usage', hint: expect.stringMatching(/\.$/)});
  const {message} = error instanceof Error ? error : {message: ''};
  expect(message.startsWith(`${path}, line `)).toBe(true);
  return message.slice(`${path}, `.length);
}

/** Objects as Headgate writes them, the first on line 2. */
const lines = (...objects: readonly string[]) => `{"objects":[\n${objects.join(',\n')}\n]}\n`;
const a = '{"key":"a","size":1}';
const indented = (text: string) =>
  `{\n  "objects": [\n    {\n      "key": "a",\n      ${text}\n    }\n  ]\n}\n`;

describe('an inventory is refused', () => {
  it.each([
    // Around the objects.
    ['', /^line 1: expected \{"objects":\[…\]\}, found an empty file$/],
    [' \n\n', /^line 3: expected .*found the end of the file: it is cut off$/],
    ['hello', /^line 1: expected \{"objects":\[…\]\}, found h$/],
    ['\n<html>', /^line 2: expected \{"objects":\[…\]\}, found <$/],
    ['[{"key":"a","size":1}]', /^line 1: expected \{"objects":\[…\]\}, found \[$/],
    [Buffer.from('\ufeff{"objects":[]}', 'utf16le'), /^line 1: expected .*, found the byte 0xff$/],
    ['{}', /^line 1: expected a field "objects", found none$/],
    ['{"a":1,\n"b":{"objects":[]}}', /^line 2: expected a field "objects", found none$/],
    ['{"objects":{"key":"a"}}', /^line 1: expected an array of objects as "objects", found \{$/],
    ['{\n"objects":null}', /^line 2: expected an array of objects as "objects", found n$/],
    ['{"objects":[],\n"objects":[]}', /^line 2: expected "objects" once, found it a second time$/],
    ['{"objects" []}', /^line 1: expected a colon, found \[$/],
    ['{objects:[]}', /^line 1: expected a field in quotes, or \}, found o$/],
    ['{"a":1,}', /^line 1: expected a field in quotes, found \}$/],
    ['{"a":}', /^line 1: expected a value, found \}$/],
    ['{"a":1 "objects":[]}', /^line 1: expected a comma or \}, found "$/],
    ['{"a":tru,\n"objects":[]}', /^line 1: this is not JSON: tru$/],
    ['{"a":[1}],"objects":[]}', /^line 1: this is not JSON: /],
    ['{"objects":[]}\n]', /^line 2: expected the end of the file, found \]$/],
    ['{"objects":[]}\0', /^line 1: expected the end of the file, found the byte 0x00$/],
    [`{"a":"${'x'.repeat(70_000)}","objects":[]}`, /^line 1: what begins here is longer than 64 KiB$/],
    // Cut off.
    ['{"objects":[', /^line 1: expected an object, or \], found the end of the file: it is cut off$/],
    [`{"objects":[\n${a}`, /^line 2: expected a comma or \], found the end of the file: it is cut off$/],
    [`{"objects":[\n${a},\n`, /^line 3: expected an object, found the end of the file: it is cut off$/],
    [`{"objects":[\n${a},\n{"key":"b","si`, /^line 3: the file ends within what begins here: it is cut off$/],
    [
      `{"objects":[\n${a},\n{"key":"b","size":`,
      /^line 3: the file ends within what begins here: it is cut off$/,
    ],
    [
      Buffer.from(`{"objects":[\n${a},\n{"key":"\u5199`).subarray(0, -1),
      /^line 3: the file ends within .* cut off$/,
    ],
    [`{"objects":[\n${a}\n]`, /^line 3: expected a comma or \}, found the end of the file: it is cut off$/],
    // Between objects.
    [lines(a, '').replace('},\n\n', '},\n'), /^line 3: expected an object, found \]$/],
    [lines(a, `,${a}`), /^line 3: expected an object, found ,$/],
    [`{"objects":[\n${a}\n${a}]}`, /^line 3: expected a comma or \], found \{$/],
    [lines(a, '{"key":"b","size":1}}'), /^line 3: expected a comma or \], found \}$/],
    // Within an object.
    [
      lines(a, '{"key":"b","size":1', '{"key":"c","size":1}'),
      /^line 4: this is not JSON: Expected double-quoted property name$/,
    ],
    [
      lines(a, '{"key":"b,"size":1}', '{"key":"c","size":1}'),
      /^line 3: this is not JSON: Expected ',' or '}' after property value$/,
    ],
    [
      lines(a, '{"key":"b\nc","size":1}'),
      /^line 3: this is not JSON: Bad control character in string literal$/,
    ],
    [lines(a, '{"key":"\\x","size":1}'), /^line 3: this is not JSON: Bad escaped character$/],
    [lines(a, '{"key":"b","size":01}'), /^line 3: this is not JSON: Unexpected number$/],
    [lines(a, '{"key":"b","size":NaN}'), /^line 3: this is not JSON: .*N/],
    [lines(a, '{"key":"b","size":1]'), /^line 3: this is not JSON: /],
    [indented('"size": tru'), /^line 5: this is not JSON: Unexpected token .*tru/],
    [indented('"size": 1,'), /^line 6: this is not JSON: Expected double-quoted property name$/],
    [indented(`"size": 1, "x": {\n"y": [1,\n2,\n]}`), /^line 8: this is not JSON: .*\]/],
    [
      lines(a, `{"key":"b","size":1,"x":"${'y'.repeat(65_536)}"}`),
      /^line 3: what begins here is longer than 64 KiB$/,
    ],
    [
      lines(a, `{"key":"b","x":[${'[],'.repeat(300_000)}`),
      /^line 3: what begins here is longer than 64 KiB$/,
    ],
    [
      Buffer.from(lines(a, '{"key":"\xe9","size":1}'), 'latin1'),
      /^line 3: expected UTF-8, found bytes that are not$/,
    ],
    [
      Buffer.from(indented('"x":\n"\xe9", "size":1'), 'latin1'),
      /^line 6: expected UTF-8, found bytes that are not$/,
    ],
    [
      Buffer.from('{"objects":[]}\xe9', 'latin1'),
      /^line 1: expected the end of the file, found the byte 0xe9$/,
    ],
    // What an object says.
    [lines(a, '"b"'), /^line 3: expected an object, found "b"$/],
    [lines(a, '[]'), /^line 3: expected an object, found an array$/],
    [lines(a, 'null'), /^line 3: expected an object, found null$/],
    [lines(a, '{"size":1}'), /^line 3: "key": expected a text that is not empty, found nothing$/],
    [lines(a, '{"key":"","size":1}'), /^line 3: "key": expected a text that is not empty, found ""$/],
    [lines(a, '{"key":7,"size":1}'), /^line 3: "key": expected a text that is not empty, found 7$/],
    [
      lines(a, '{"key":{"a":1},"size":1}'),
      /^line 3: "key": expected a text that is not empty, found an object$/,
    ],
    [
      lines(a, '{"key":"\\ud800","size":1}'),
      /^line 3: "key": expected Unicode, found half a character in "\\ud800"$/,
    ],
    [lines(a, '{"key":"b"}'), /^line 3: "b": "size": expected a whole number of bytes, found nothing$/],
    [
      lines(a, '{"key":"b","size":null}'),
      /^line 3: "b": "size": expected a whole number of bytes, found null$/,
    ],
    [lines(a, '{"key":"b","size":-1}'), /^line 3: "b": "size": expected a whole number of bytes, found -1$/],
    [
      lines(a, '{"key":"b","size":1.5}'),
      /^line 3: "b": "size": expected a whole number of bytes, found 1\.5$/,
    ],
    [
      lines(a, '{"key":"b","size":1e300}'),
      /^line 3: "b": "size": expected a whole number of bytes, found 1e\+300$/,
    ],
    [
      lines(a, '{"key":"b","size":"12"}'),
      /^line 3: "b": "size": expected a whole number of bytes, found "12"$/,
    ],
    [
      lines(a, '{"key":"b","size":true}'),
      /^line 3: "b": "size": expected a whole number of bytes, found true$/,
    ],
    [lines(a, '{"key":"b","size":1,"etag":5}'), /^line 3: "b": "etag": expected a text, or null, found 5$/],
    [
      lines(a, '{"key":"b","size":1,"file_id":[]}'),
      /^line 3: "b": "file_id": expected a text, or null, found an array$/,
    ],
    [
      lines(a, '{"key":"b","size":1,"last_modified":"yesterday"}'),
      /^line 3: "b": "last_modified": expected a time such as 2026-11-20T05:12:00\.000Z, or null, found "yesterday"$/,
    ],
    [
      lines(a, '{"key":"b","size":1,"last_modified":"2026-11-20T05:12:00"}'),
      /^line 3: .*found "2026-11-20T05:12:00"$/,
    ],
    [
      lines(a, '{"key":"b","size":1,"last_modified":"2026-13-20T05:12:00Z"}'),
      /^line 3: .*found "2026-13-20T05:12:00Z"$/,
    ],
    // Their order.
    [lines(a, a), /^line 3: the key "a" comes again: line 2 has it$/],
    [
      lines('{"key":"c","size":1}', '{"key":"b","size":1}'),
      /^line 3: the key "b" comes after "c" \(line 2\): expected keys in the order of their UTF-8 bytes$/,
    ],
    [
      lines('{"key":"\u{1f6a2}","size":1}', '{"key":"\uffff","size":1}'),
      /^line 3: the key "\uffff" comes after "\u{1f6a2}" \(line 2\)/u,
    ],
    [indented('"size": 1\n},\n\n{"key": "a", "size": 1'), /^line 8: the key "a" comes again: line 3 has it$/],
  ])('%j', async (content, expected) => {
    expect(await told(content)).toMatch(expected);
  });

  it('in a message of one line, whatever the key', async () => {
    const key = JSON.stringify(`x\n\u0085${'y'.repeat(900)}`);
    const message = await told(lines(a, `{"key":${key},"size":-1}`));
    expect(message).toMatch(/^line 3: "x\\n\\x85y+…: "size": expected a whole number of bytes, found -1$/);
    expect(message.length).toBeLessThan(200);
  });
});
