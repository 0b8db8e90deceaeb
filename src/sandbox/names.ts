export const sandboxes = ['folder', 'r2-d1'] as const;
export type SandboxName = (typeof sandboxes)[number];

/** What the ends of `records` are called there. */
export const networkLabel = 'atproto network';
export const appviewName = 'appview';
