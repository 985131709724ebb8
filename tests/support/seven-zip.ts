import SevenZip, { type SevenZipModuleFactory } from '7z-wasm';

// Its types take it for a CommonJS module.
const start = SevenZip as unknown as SevenZipModuleFactory;

/** A ZIP as 7-Zip writes it, by the method it is told, such as `Deflate64`, which Windows uses for large files. */
export async function sevenZipped(
  files: Readonly<Record<string, Uint8Array>>,
  method: string,
  level = 5,
): Promise<Buffer> {
  const program = await start({ print: () => undefined });
  for (const [name, content] of Object.entries(files)) program.FS.writeFile(`/${name}`, content);
  program.callMain(['a', '-tzip', `-mm=${method}`, `-mx=${level}`, '/archive.zip', ...Object.keys(files)]);
  return Buffer.from(program.FS.readFile('/archive.zip'));
}
