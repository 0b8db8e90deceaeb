import {stripVTControlCharacters} from 'node:util';
import {expect} from 'vitest';
import {targetName} from './console-world.ts';
import type {RealTerminal} from './terminal.ts';

/** What an operator does in the console, key by key, and the words that tell that it was done. */

export async function toRunbook(terminal: RealTerminal): Promise<void> {
  await terminal.until('Backfills');
  terminal.press('enter');
  await terminal.until(/step \d of 5/);
}

export async function probe(terminal: RealTerminal): Promise<void> {
  await terminal.until('enter probe');
  terminal.press('enter');
  await terminal.until('step 2 of 5');
}

export async function dryRun(terminal: RealTerminal): Promise<void> {
  await terminal.until('enter dry run');
  terminal.press('enter');
  await terminal.until('DRY RUN');
  faster(terminal);
  await terminal.until('step 3 of 5');
}

export async function toReview(terminal: RealTerminal): Promise<void> {
  await terminal.until('review: see what');
  terminal.press('enter');
  await terminal.until('Review of');
  await terminal.until(/\breads {2,}\S/);
}

export async function toConfirmation(terminal: RealTerminal): Promise<void> {
  terminal.press('enter');
  await terminal.until('> [ Cancel ]');
}

/** Enter counts only where it doesn't come together with text: so this waits for the field, and for the text in it. */
export async function fill(terminal: RealTerminal, label: string, text: string): Promise<void> {
  await terminal.until(new RegExp(`> ${label}|> \\[ Cancel \\]`));
  terminal.type(text);
  await terminal.until(new RegExp(`> ${label} +${text}`));
  terminal.press('enter');
}

/** From a plan that waits for its review to a live run that writes. */
export async function goLive(terminal: RealTerminal): Promise<void> {
  await toRunbook(terminal);
  await toReview(terminal);
  await toConfirmation(terminal);
  await fill(terminal, 'target', targetName);
  await terminal.until(isLive, 'LIVE');
  await untilWriting(terminal);
}

export function isLive({screen}: RealTerminal): boolean {
  return screen()[0]?.endsWith('LIVE') === true;
}

/** Some of it is written, and not all. */
export async function untilWriting(terminal: RealTerminal, more = 0): Promise<void> {
  await terminal.until(shown => {
    const {done, total} = progressOf(shown);
    return done > more && done < total;
  }, `a run that has done more than ${more}`);
}

/** `24/207` of the live run's bar. */
export function progressOf({screen}: RealTerminal): {readonly done: number; readonly total: number} {
  const [, done = '0', total = '0'] = /([\d,]+)\/([\d,]+) {2}/.exec(screen().join('\n')) ?? [];
  return {done: Number(done.replaceAll(',', '')), total: Number(total.replaceAll(',', ''))};
}

/** Each + allows a quarter more items a second. */
export function faster(terminal: RealTerminal): void {
  terminal.type('+'.repeat(24));
}

export async function finish(terminal: RealTerminal): Promise<void> {
  faster(terminal);
  await terminal.until('all is done');
  expect(isLive(terminal)).toBe(false);
}

export async function quit(terminal: RealTerminal): Promise<void> {
  terminal.type('q');
  expect(await terminal.exit).toEqual({code: 0, signal: 0});
  expectGivenBack(terminal);
}

/** Before the process has ended: its thread at the index may wait for whoever holds that. */
export const isGivenBack = ({isAlternate}: RealTerminal) => !isAlternate();

/** The terminal is as it was, and the console's screens are gone from it. */
export function expectGivenBack(terminal: RealTerminal): void {
  expectLeft(terminal);
  expect(terminal.marksPastes()).toBe(false);
}

export function expectLeft(terminal: RealTerminal): void {
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorVisible()).toBe(true);
  expect(terminal.normalText()).not.toContain('? keys');
}

/** What was written after the console's last screen, line by line as it was written, however the terminal wraps it. */
export function lastWords(terminal: RealTerminal): string {
  const after = terminal.raw().split('\x1b[?1049l').at(-1) ?? '';
  return stripVTControlCharacters(after).replaceAll('\r\n', '\n');
}
