import {isOn} from '../config/switched-on.ts';

/** How a console looks, by flags and environment. */
export interface Looks {
  readonly hasColor: boolean;
  readonly isAscii: boolean;
  /** For a screen reader: lines instead of a screen. */
  readonly isSpoken: boolean;
}

export interface LooksOptions {
  /** `--no-tui`: told in lines, even where there is a terminal. */
  readonly tui?: boolean;
  readonly color?: boolean;
  readonly theme?: 'color' | 'mono';
  readonly ascii?: boolean;
  readonly screenReader?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function looksOf(
  {color = true, theme = 'color', ascii = false, screenReader = false}: LooksOptions,
  environment: Environment,
): Looks {
  return {
    // By no-color.org, any value but an empty one counts.
    hasColor: color && theme === 'color' && (environment['NO_COLOR'] ?? '') === '',
    isAscii: ascii || !isUtf8(environment),
    isSpoken: screenReader || isOn(environment['INK_SCREEN_READER']) || isOn(environment['ACCESSIBLE']),
  };
}

function isUtf8(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  // Without any locale nothing is said; terminals of today show UTF-8.
  return locale === '' || /utf-?8/i.test(locale);
}

/** What there is beside the console. */
export const inLines =
  'In lines and in scripts: headgate run, headgate live and headgate verify (headgate --help lists all).';

/** Why `hasTerminal` says no, and what to do; a reason is named only where it holds whatever else does. */
export function noTerminal(environment: Environment): {readonly message: string; readonly hint: string} {
  if (environment['TERM'] === 'dumb')
    return {
      message:
        'the console needs a terminal that takes escape sequences, also for a screen reader, and TERM is dumb',
      hint: `If yours takes them, name it: TERM=xterm-256color headgate console. ${inLines}`,
    };
  if (isOn(environment['CI']))
    return {
      message: 'the console needs somebody at a terminal, and CI is set: this is a build',
      hint: `If it is none: env -u CI headgate console. ${inLines}`,
    };
  return {message: 'the console needs a terminal, and there is none here', hint: inLines};
}

/** Whether there is a terminal that can show a console at all. */
export function hasTerminal(isTty: boolean, environment: Environment): boolean {
  return isTty && environment['TERM'] !== 'dumb' && !isOn(environment['CI']);
}
