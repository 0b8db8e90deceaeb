import {isValidTid} from '@atproto/syntax';
import {Fault} from '../core/failure.ts';
import {CborReader, major} from './cbor-reader.ts';
import {type Digest, digestOfCid} from './cid.ts';
import {shown} from './web-faults.ts';

/** The signed root of a repository: https://atproto.com/specs/repository#commit-objects */
export interface Commit {
  readonly did: string;
  readonly rev: string;
  /** The root of its tree. */
  readonly data: Digest;
  readonly signature: Buffer;
  /** What was signed: all of it but the signature, in the same form. */
  readonly signed: Buffer;
}

const mostCommitBytes = 8_192;

export function readCommit(block: Buffer): Commit {
  if (block.length > mostCommitBytes) throw invalid(`it has ${block.length} bytes`);
  const reader = new CborReader(block);
  const texts = {did: '', rev: ''};
  let version = 0;
  let data: Digest | null = null;
  let signature: Buffer = Buffer.alloc(0);
  let signed: readonly Buffer[] = [];
  const count = reader.expect(major.map);
  const start = reader.at;
  for (let index = 0; index < count; index++) {
    const fieldStart = reader.at;
    const name = reader.expectText();
    switch (name) {
      case 'did':
      case 'rev':
        texts[name] = reader.expectText();
        break;
      case 'version':
        version = reader.expect(major.unsigned);
        break;
      case 'data':
        data = digestOfCid(reader.expectLink());
        break;
      case 'prev':
        reader.expectLinkOrNull();
        break;
      case 'sig':
        signature = reader.take(reader.expect(major.bytes));
        signed = [block.subarray(start, fieldStart), block.subarray(reader.at)];
        break;
      default:
        throw invalid(`it has a field ${shown(name.slice(0, 40))}`);
    }
  }
  if (!reader.isAtEnd || count > 23) throw invalid('it is of another form than a commit has');
  if (version !== 3) throw invalid(`it is of version ${version}, and not 3`);
  if (data === null) throw invalid('it has no tree');
  if (!isValidTid(texts.rev)) throw invalid('its revision is no TID');
  // A map of one less, whose head is a byte as long as there are fewer than 24.
  return {...texts, data, signature, signed: Buffer.concat([Buffer.of(0xa0 | (count - 1)), ...signed])};
}

/** Fails where it is not the commit of this repository, and where a key is given, not signed by it. */
export async function verifyCommit(commit: Commit, did: string, signingKey: string | null): Promise<void> {
  if (commit.did !== did) throw invalid(`it is of another repository, ${shown(commit.did.slice(0, 100))}`);
  if (signingKey === null) return;
  // Curves take 80 ms to load, and only proofs need them.
  const {verifySignature} = await import('@atproto/crypto');
  // It throws where the key is none, and answers where the signature is.
  const verify = async () => verifySignature(signingKey, commit.signed, commit.signature);
  if (!(await verify().catch(() => false))) throw invalid(`its signature is not that of ${signingKey}`);
}

function invalid(what: string): Fault {
  return new Fault('invalid', `its commit can not be taken: ${what}`);
}
