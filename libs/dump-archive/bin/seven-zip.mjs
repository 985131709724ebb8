// 7-Zip as WebAssembly, in a process of its own: it can be killed, and its memory is limited. It reads the archive that
// is open as file 3, takes {arguments, memoryBytes} from its standard input and writes to its standard output; the word
// ARCHIVE among the arguments stands for the archive. So no password is seen in a list of processes.
/* global WebAssembly */
import { fstatSync, readFileSync, readSync, writeSync } from 'node:fs';
import SevenZip from '7z-wasm';

const archive = 3;
const order = JSON.parse(readFileSync(0, 'utf8'));
limitMemory(order.memoryBytes);

const errors = [];
const program = await SevenZip({ stderr: (byte) => byte !== null && errors.push(byte), print: () => undefined });
program.FS.writeFile('/archive', new Uint8Array(0));
const { node } = program.FS.lookupPath('/archive');
node.usedBytes = fstatSync(archive).size;
node.stream_ops = {
  ...node.stream_ops,
  read: (_stream, buffer, offset, length, position) =>
    readSync(archive, buffer, offset, Math.max(0, Math.min(length, node.usedBytes - position)), position),
};
program.FS.getStream(1).stream_ops = {
  ...program.FS.getStream(1).stream_ops,
  write: (_stream, buffer, offset, length) => writeAll(1, buffer.subarray(offset, offset + length)),
};
try {
  process.exitCode = program.callMain(order.arguments.map((word) => (word === 'ARCHIVE' ? '/archive' : word))) ?? 0;
} catch (error) {
  process.exitCode = typeof error?.status === 'number' ? error.status : 2;
  if (typeof error?.status !== 'number') errors.push(...Buffer.from(String(error)));
}
writeAll(2, Buffer.from(errors.slice(0, 65_536)));

/** The other side may be slow: what does not fit now is tried again. */
function writeAll(file, bytes) {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(file, bytes, done, bytes.length - done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  return bytes.length;
}

function limitMemory(bytes) {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > bytes) throw new RangeError(`more than ${bytes} bytes of memory`);
    return grow.call(this, pages);
  };
}
