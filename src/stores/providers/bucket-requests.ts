import {hash} from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {S3Connection} from '../s3-client.ts';
import {S3Fault} from '../s3-faults.ts';
import {faultOfSdk} from './bucket-faults.ts';

/** An object as it is begun. */
export interface NewObject {
  readonly key: string;
  readonly contentType: string;
  /** Kept as metadata where it is known. */
  readonly sha256: string | null;
}

/** A part that the service has. */
export interface SentPart {
  readonly number: number;
  readonly size: number;
  /** As the service gives it, to be named at the end. */
  readonly etag: string;
}

/** One upload in parts. */
export interface OpenUpload {
  readonly key: string;
  readonly id: string;
}

/**
 * The writing requests to a bucket, each tried once. Bytes go with their MD5, so that a service refuses what was damaged
 * on the way. No request has a time limit as a whole, for lines are slow; one without a sign of life ends.
 */
export class BucketRequests {
  readonly #connection: S3Connection;
  readonly #bucket: string;

  constructor(connection: S3Connection, bucket: string) {
    this.#connection = connection;
    this.#bucket = bucket;
  }

  async put(object: NewObject, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const command = new PutObjectCommand({...this.#new(object), ...body(bytes)});
    await this.#send(object.key, signal, (client, options) => client.send(command, options));
  }

  /** The id of an upload in parts. */
  async create(object: NewObject, signal: AbortSignal): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#new(object));
    const {UploadId} = await this.#send(object.key, signal, (client, options) =>
      client.send(command, options),
    );
    if (UploadId === undefined || UploadId === '') throw this.#wrong(object.key, 'gave no id to the upload');
    return UploadId;
  }

  /** The part's ETag. */
  async sendPart(upload: OpenUpload, number: number, bytes: Buffer, signal: AbortSignal): Promise<string> {
    const command = new UploadPartCommand({...this.#of(upload), PartNumber: number, ...body(bytes)});
    const {ETag} = await this.#send(upload.key, signal, (client, options) => client.send(command, options));
    if (ETag === undefined || ETag === '') throw this.#wrong(upload.key, `gave no ETag to part ${number}`);
    return ETag;
  }

  /** What the service has of an upload; null where it does not know it any more, `untold` where it lists no parts at all. */
  async listParts(upload: OpenUpload, signal: AbortSignal): Promise<readonly SentPart[] | null | 'untold'> {
    const parts: SentPart[] = [];
    try {
      for (let marker: string | undefined; ; ) {
        const command = new ListPartsCommand({
          ...this.#of(upload),
          ...(marker === undefined ? {} : {PartNumberMarker: marker}),
        });
        const page = await this.#send(upload.key, signal, (client, options) => client.send(command, options));
        for (const {PartNumber: number, Size: size, ETag: etag} of page.Parts ?? [])
          if (number !== undefined && size !== undefined && etag !== undefined)
            parts.push({number, size, etag});
        const next = page.NextPartNumberMarker;
        if (page.IsTruncated !== true || next === undefined || Number(next) <= Number(marker ?? 0))
          return parts;
        marker = next;
      }
    } catch (error) {
      if (isUnknownUpload(error)) return null;
      // So it is with miniflare's R2, though not with Cloudflare's.
      if (error instanceof S3Fault && error.code === 'NotImplemented') return 'untold';
      throw error;
    }
  }

  /** Ids of the uploads to a key that were begun and not ended; none where the service, or the key that is used, does not tell. */
  async listUploads(key: string, signal: AbortSignal): Promise<readonly string[]> {
    const ids: string[] = [];
    try {
      for (let marker: {KeyMarker?: string; UploadIdMarker?: string} = {}; ; ) {
        const command = new ListMultipartUploadsCommand({Bucket: this.#bucket, Prefix: key, ...marker});
        const page = await this.#send(key, signal, (client, options) => client.send(command, options));
        for (const {Key, UploadId} of page.Uploads ?? [])
          if (Key === key && UploadId !== undefined) ids.push(UploadId);
        const {IsTruncated, NextKeyMarker, NextUploadIdMarker} = page;
        // What is behind the key itself only begins with it.
        if (IsTruncated !== true || NextKeyMarker !== key || NextUploadIdMarker === undefined) return ids;
        marker = {KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker};
      }
    } catch (error) {
      if (error instanceof S3Fault && (error.kind === 'denied' || error.code === 'NotImplemented'))
        return ids;
      throw error;
    }
  }

  async complete(upload: OpenUpload, parts: readonly SentPart[], signal: AbortSignal): Promise<void> {
    const named = parts.map(({number, etag}) => ({PartNumber: number, ETag: etag}));
    const command = new CompleteMultipartUploadCommand({
      ...this.#of(upload),
      MultipartUpload: {Parts: named},
    });
    await this.#send(upload.key, signal, (client, options) => client.send(command, options));
  }

  /** An upload that is not known is one that is gone. */
  async abort(upload: OpenUpload, signal: AbortSignal): Promise<void> {
    const command = new AbortMultipartUploadCommand(this.#of(upload));
    try {
      await this.#send(upload.key, signal, (client, options) => client.send(command, options));
    } catch (error) {
      if (!isUnknownUpload(error)) throw error;
    }
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    const command = new DeleteObjectCommand({Bucket: this.#bucket, Key: key});
    try {
      await this.#send(key, signal, (client, options) => client.send(command, options));
    } catch (error) {
      if (!(error instanceof S3Fault) || error.code !== 'NoSuchKey') throw error;
    }
  }

  #new({key, contentType, sha256}: NewObject) {
    return {
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      ...(sha256 === null ? {} : {Metadata: {sha256}}),
    };
  }

  #of({key, id}: OpenUpload) {
    return {Bucket: this.#bucket, Key: key, UploadId: id};
  }

  async #send<T>(
    key: string,
    signal: AbortSignal,
    send: (client: S3Client, options: Sending) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    try {
      return await send(this.#connection.client, {abortSignal: signal, requestTimeout: 0});
    } catch (error) {
      signal.throwIfAborted();
      throw faultOfSdk(error, `uploading ${printableKey(key)}`, this.#connection.url.host);
    }
  }

  #wrong(key: string, how: string): Fault {
    const {host} = this.#connection.url;
    return new Fault('server-error', `uploading ${printableKey(key)}: the service ${how}`, {host});
  }
}

interface Sending {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

/** It was completed, aborted, or removed by a rule of the bucket. Ceph then says NoSuchKey to whoever asks for its parts. */
export function isUnknownUpload(error: unknown): error is S3Fault {
  return error instanceof S3Fault && (error.code === 'NoSuchUpload' || error.code === 'NoSuchKey');
}

function body(bytes: Buffer) {
  return {Body: bytes, ContentMD5: hash('md5', bytes, 'base64')};
}
