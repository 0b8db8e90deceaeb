import mime from 'mime';
import type {UploadChange} from './change.ts';

export interface MediaType {
  readonly kind: UploadChange['kind'];
  readonly mime: string;
}

/** By the extension: what is in a file, nobody looks at. */
export function mediaTypeOf(key: string): MediaType {
  const type = mime.getType(key) ?? 'application/octet-stream';
  const [kind] = type.split('/');
  return {mime: type, kind: kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'other'};
}

/** Formats that can be decoded to be compared by what they look like. */
export function looksLikeSomething(key: string): boolean {
  return /^image\/(jpeg|png|webp|gif|avif|tiff)$/.test(mediaTypeOf(key).mime);
}
