/** Milliseconds since the epoch as SQLite's datetime writes it, in UTC: `2026-11-20 05:12:00`. */
export function sqlTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
