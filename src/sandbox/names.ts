export const sandboxes = ['folder', 'r2-d1'] as const;
export type SandboxName = (typeof sandboxes)[number];

/** What the ends of `records` are called there. */
export const networkLabel = 'atproto network';
export const appviewName = 'appview';

/** The folder that `uploads` reads there, and whose files go where. */
export const card = 'camera';
export const cardOwner = {user: '7', provider: 'pixverse'} as const;
