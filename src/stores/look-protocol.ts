export interface LookRequest {
  readonly id: number;
  readonly paths: readonly string[];
}

/** Of each path in turn: 1 for a regular file, its size, mtimeMs and mtimeNs; 0 where it is another or was not looked at. */
export interface LookAnswer {
  readonly id: number;
  readonly looks: BigInt64Array;
}

export const longsOfLook = 4;
