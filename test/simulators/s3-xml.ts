import type {S3Error} from './s3-errors.ts';

export const xmlStart = '<?xml version="1.0" encoding="UTF-8"?>\n';

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys hold them, and S3 writes them as numeric entities.
const special = /[&<>"\u0000-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const everySpecial = /[&<>"\u0000-\u001f\u007f]/g;
const named: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};

export function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(everySpecial, char => named[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  const all = {
    Code: error.code,
    Message: error.message,
    ...error.elements,
    Resource: resource,
    RequestId: requestId,
  };
  const elements = Object.entries(all).map(([name, text]) => element(name, text));
  return `${xmlStart}<Error>${elements.join('')}</Error>`;
}

export function bucketsDocument(bucket: string): string {
  const owner = `<Owner>${element('ID', 'simulator')}</Owner>`;
  const created = element('CreationDate', '2026-01-01T00:00:00.000Z');
  return `${xmlStart}<ListAllMyBucketsResult>${owner}<Buckets><Bucket>${element('Name', bucket)}${created}</Bucket></Buckets></ListAllMyBucketsResult>`;
}
