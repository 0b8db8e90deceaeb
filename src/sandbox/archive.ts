/** The bucket of the artifacts, and of the folder that stands for it. */
export const archive = 'archive';
