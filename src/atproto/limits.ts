/** How long the network is waited for, and how much of it is taken at once. Hosts are strangers: nothing is without end. */
export interface NetworkLimits {
  /** Until a connection stands, its name resolved and its certificate shown. */
  readonly connectMs: number;
  /** Without a byte: before an answer's head, or in the middle of a body. */
  readonly idleMs: number;
  /** For a document that tells where somebody is. */
  readonly identityMs: number;
  /** For a page. */
  readonly pageMs: number;
  /** For a repository as a whole: one of 256 MiB at 300 KiB a second. */
  readonly repositoryMs: number;
  readonly documentBytes: number;
  readonly pageBytes: number;
  /** Identities that are remembered, and for how long. */
  readonly identities: number;
  readonly identityFreshMs: number;
  /** The same for those that there are not: they may be mended. */
  readonly absenceFreshMs: number;
}

const kib = 1_024;
const mib = 1_024 * kib;

export const defaultLimits: NetworkLimits = {
  connectMs: 10_000,
  idleMs: 30_000,
  identityMs: 15_000,
  pageMs: 60_000,
  repositoryMs: 900_000,
  documentBytes: 256 * kib,
  pageBytes: 16 * mib,
  identities: 50_000,
  identityFreshMs: 3_600_000,
  absenceFreshMs: 60_000,
};
