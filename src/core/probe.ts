/** What a probe found before anything else is done. A finding of level `error` closes the gate of every run. */

export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  readonly subject: 'source' | 'target' | 'provider';
  readonly message: string;
  readonly remedy?: string;
  /** It is a matter of credentials or permission. */
  readonly isDenied?: boolean;
  /** It may be over soon: milliseconds to wait, null where nobody said how long. */
  readonly retryAfterMs?: number | null;
  /** Of an error in what was asked for: what is said of the target, as a warning, where nothing was asked for. */
  readonly unasked?: string;
}

export interface Probe<Facts> {
  readonly findings: readonly Finding[];
  /** The target's schema as found, as text: a live run needs the one that its dry run saw. */
  readonly schema: string;
  readonly facts: Facts;
}

export function errorsOf(probe: Pick<Probe<unknown>, 'findings'>): readonly Finding[] {
  return probe.findings.filter(finding => finding.level === 'error');
}
