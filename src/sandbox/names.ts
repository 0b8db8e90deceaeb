export const sandboxes = ['folder', 'r2-d1'] as const;
export type SandboxName = (typeof sandboxes)[number];
