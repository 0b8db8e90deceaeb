/** Shares and times of progress, as text. */

/** Two decimals, never rounded up to the whole. */
export function shareText(share: number): string {
  return (Math.floor(share * 10_000) / 100).toFixed(2);
}

/** `20–31 s`, `about 3 min`, `1–2 h`. */
export function etaText({
  fromSeconds,
  toSeconds,
}: {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}): string {
  const unit = toSeconds < 100 ? seconds : toSeconds < 6_000 ? minutes : hours;
  const [from, to] = [Math.floor(fromSeconds / unit.seconds), Math.ceil(toSeconds / unit.seconds)];
  return from === to ? `${to} ${unit.name} left` : `${from}–${to} ${unit.name} left`;
}

const seconds = {seconds: 1, name: 's'};
const minutes = {seconds: 60, name: 'min'};
const hours = {seconds: 3_600, name: 'h'};
