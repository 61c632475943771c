import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate that vouches for itself, and its key: PEM files. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
  /** The texts of the files. */
  readonly pem: { readonly key: string; readonly cert: string };
}

/** For 127.0.0.1, valid for two days. */
export async function makeCertificate(folder: string, name: string): Promise<Certificate> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  await promisify(execFile)('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate]);
  const pem = { key: await readFile(key, 'utf8'), cert: await readFile(certificate, 'utf8') };
  return { key, certificate, pem };
}
