import {InvalidArgumentError} from 'commander';
import {type SandboxName, sandboxes} from '../sandbox/names.ts';

/** What flags take, with a sentence for what they don't. */

export function natural(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number, 0 or more.');
  return Number(text);
}

export function positiveInteger(text: string): number {
  const value = natural(text);
  if (value < 1) throw new InvalidArgumentError('It has to be a whole number, 1 or more.');
  return value;
}

export function batchLimit(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 1_000)
    throw new InvalidArgumentError('It has to be a whole number from 1 to 1000.');
  return Number(text);
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

export function sampleSize(text: string): number | 'all' {
  return text === 'all' ? 'all' : natural(text);
}

export function sandboxName(text: string): SandboxName {
  const found = sandboxes.find(name => name === text);
  if (found === undefined) throw new InvalidArgumentError(`There are ${sandboxes.join(' and ')}.`);
  return found;
}
