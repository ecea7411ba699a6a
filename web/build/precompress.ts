/** Writes a .br and a .gz beside every built file that gains by it, so that the server never compresses. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(js|css|svg|json|webmanifest|txt)$/;
const SMALLEST = 512; // bytes; below it the header costs more than is saved

const brotli = promisify(brotliCompress);
const gz = promisify(gzip);

export function precompress(): Plugin {
  let folder = "";
  return {
    name: "curbe-precompress",
    apply: "build",
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    // After everything is written, the copied public files included.
    writeBundle: {
      order: "post",
      sequential: true,
      handler: async () => {
        const names = await readdir(folder, { recursive: true });
        const plain = names.filter((name) => COMPRESSIBLE.test(name) && !name.startsWith(".vite"));
        await Promise.all(plain.map((name) => compress(join(folder, name))));
      },
    },
  };
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [smaller, small] = await Promise.all([brotli(bytes, { params }), gz(bytes, { level: 9 })]);
  await Promise.all([writeFile(`${file}.br`, smaller), writeFile(`${file}.gz`, small)]);
}
