import { randomUUID } from 'node:crypto';
import type { SharedFile } from './workspace.ts';

/** Uploads in three steps: a URL is asked for, the bytes are sent there, the upload is completed. */
export function createFiles(url: () => string) {
  const announced = new Map<
    string,
    { filename: string; length: number; altText: string; content?: Buffer }
  >();

  return {
    announce(filename: string, length: number, altText: string) {
      const id = `F${randomUUID()}`;
      announced.set(id, { filename, length, altText });
      return { upload_url: `${url()}/upload/${id}`, file_id: id };
    },
    /** True if the bytes are those that were announced. */
    async take(id: string, body: Buffer, contentType: string): Promise<boolean> {
      const file = announced.get(id);
      const content = contentType.startsWith('multipart/') ? await part(body, contentType) : body;
      if (!file || content?.length !== file.length) return false;
      file.content = content;
      return true;
    },
    complete(id: string, title: string | undefined): SharedFile | null {
      const file = announced.get(id);
      if (!file?.content) return null;
      announced.delete(id);
      const { filename, altText, content } = file;
      return { id, filename, title: title ?? filename, altText, content };
    },
  };
}

export type FileStore = ReturnType<typeof createFiles>;

async function part(body: Buffer, contentType: string): Promise<Buffer | null> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  for (const value of form.values()) if (value instanceof Blob) return Buffer.from(await value.arrayBuffer());
  return null;
}
