import {z} from 'zod';
import {RealAccount} from './real-account.ts';

export interface PdsPlace {
  /** Such as http://localhost:2583. */
  readonly origin: string;
  readonly adminPassword: string;
  /** Requests that bear it count against no rate limit. */
  readonly bypassKey: string;
}

/** A real PDS, as its accounts and its administrator use it: what they do, not what a backfill reads. */
export class RealPds {
  readonly origin: string;
  readonly #place: PdsPlace;

  constructor(place: PdsPlace) {
    this.origin = place.origin;
    this.#place = place;
  }

  /** Its handle is NAME.test; a name has 3 to 18 letters, digits and hyphens. */
  async createAccount(name: string): Promise<RealAccount> {
    const handle = `${name}.test`;
    const answer = await this.post('com.atproto.server.createAccount', {
      handle,
      email: `${name}@example.com`,
      password: 'of-the-tests',
    });
    const {did, accessJwt} = z.object({did: z.string(), accessJwt: z.string()}).parse(answer);
    return new RealAccount({pds: this, did, handle, authorization: `Bearer ${accessJwt}`});
  }

  async takeDown(did: string): Promise<void> {
    const subject = {$type: 'com.atproto.admin.defs#repoRef', did};
    await this.#administer('com.atproto.admin.updateSubjectStatus', {subject, takedown: {applied: true}});
  }

  /** For ever: the directory alone still knows it. */
  async deleteAccount(did: string): Promise<void> {
    await this.#administer('com.atproto.admin.deleteAccount', {did});
  }

  /** A procedure's answer, null where it has no body; rejects with what the PDS said where it refuses. */
  async post(method: string, body: object | Uint8Array<ArrayBuffer>, authorization = ''): Promise<unknown> {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${this.origin}/xrpc/${method}`, {
      method: 'POST',
      headers: {
        'content-type': isBytes ? 'application/octet-stream' : 'application/json',
        'x-ratelimit-bypass': this.#place.bypassKey,
        ...(authorization && {authorization}),
      },
      body: isBytes ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} answered ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  #administer(method: string, body: object): Promise<unknown> {
    const credentials = Buffer.from(`admin:${this.#place.adminPassword}`).toString('base64');
    return this.post(method, body, `Basic ${credentials}`);
  }
}
