import {expect, it} from 'vitest';
import {openTerminal} from '../support/terminal.ts';
import {svgOf} from './svg.ts';

async function pictureOf(printed: string, columns = 12, rows = 2): Promise<string> {
  await using terminal = openTerminal({command: 'printf', args: ['%b', printed], cwd: '/', columns, rows});
  await terminal.exit;
  return svgOf(terminal.cells(), 'a screen');
}

it('sets every word at its column and as wide as its cells', async () => {
  const svg = await pictureOf('ab  cde\\r\\n f');
  expect(svg).toContain('viewBox="0 0 144 72"');
  expect(svg).toMatch(/<text x="18" y="31.5" textLength="18" [^>]*>ab<\/text>/);
  expect(svg).toMatch(/<text x="54" y="31.5" textLength="27" [^>]*>cde<\/text>/);
  expect(svg).toMatch(/<text x="27" y="49.5" textLength="9" [^>]*>f<\/text>/);
  expect(svg.match(/<text/g)).toHaveLength(3);
});

it('shows colours, bold, dim and inverse', async () => {
  const svg = await pictureOf('\\e[31mr\\e[0;1mb\\e[0;2md\\e[0;7m> x\\e[0m');
  expect(svg).toMatch(/fill="#f0716e">r</);
  expect(svg).toMatch(/font-weight="700">b</);
  expect(svg).toMatch(/opacity="0.7">d</);
  expect(svg).toContain('<rect x="45" y="18" width="27" height="18" fill="#d8dbe2"/>');
  expect(svg).toMatch(/<text x="45"[^>]* fill="#1d1f24">&gt;</);
});

it('knows the 256 colours and those named by red, green and blue', async () => {
  const svg = await pictureOf('\\e[38;5;208ma\\e[38;5;240mb\\e[38;2;1;2;3mc\\e[0;44md');
  expect(svg).toMatch(/fill="#ff8700">a</);
  expect(svg).toMatch(/fill="#585858">b</);
  expect(svg).toMatch(/fill="#010203">c</);
  expect(svg).toMatch(/<rect x="45"[^>]* fill="#79a8f0"\/>/);
});

it('draws lines and blocks to the edges of their cells', async () => {
  const svg = await pictureOf('╭─│█▄░x');
  expect(svg).toContain('<path d="M27 27Q22.5 27 22.5 36"');
  expect(svg).toContain('<path d="M36 27L31.5 27M27 27L31.5 27"');
  expect(svg).toContain('<path d="M40.5 18L40.5 27M40.5 36L40.5 27"');
  expect(svg).toContain('<rect x="45" y="18" width="9" height="18" fill="#d8dbe2"/>');
  expect(svg).toContain('<rect x="54" y="27" width="9" height="9" fill="#d8dbe2"/>');
  expect(svg).toContain('<rect x="63" y="18" width="9" height="18" fill="#d8dbe2" fill-opacity="0.25"/>');
  expect(svg.match(/<text/g)).toHaveLength(1);
});

it('gives a wide character two cells, and escapes what XML needs', async () => {
  const svg = await pictureOf('漢字<&');
  expect(svg).toMatch(/<text x="18"[^>]* textLength="18" [^>]*>漢</);
  expect(svg).toMatch(/<text x="36"[^>]* textLength="18" [^>]*>字</);
  expect(svg).toMatch(/<text x="54"[^>]* textLength="18" [^>]*>&lt;&amp;</);
});
