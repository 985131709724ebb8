import type { Arrival, Content, OpenContent, Place } from './dump-news.js';
import type { LocalHeader } from './local-header.js';
import { PackedBytes } from './packed-bytes.js';

type State = 'goes-on' | 'ended' | 'lost';

const stored = 0;
const deflate = 8;
const deflate64 = 9;

/** Methods of APPNOTE.TXT, 4.4.5. */
const otherMethods: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
};

/** One file of a ZIP while it arrives. */
export class ZipMember {
  readonly hasDescriptor: boolean;
  private content: Content | null = null;
  private packed: PackedBytes | null = null;
  private left: number;
  private readonly name: string;

  constructor(
    private readonly header: LocalHeader,
    place: Place,
    private readonly arrival: Arrival,
    open: OpenContent,
  ) {
    this.name = place.member === null ? header.name : `${place.member}/${header.name}`;
    this.hasDescriptor = header.hasDescriptor;
    this.left = header.packedBytes ?? Infinity;
    const refused = refusal(header);
    if (refused !== null) this.tellTrouble(refused);
    else this.content = open({ member: this.name, container: place.container }, arrival);
    if (this.content && header.method !== stored)
      this.packed = new PackedBytes(this.content, arrival, header.method === deflate64);
  }

  /** Takes what belongs to this file and gives back the rest. `lost`: where the next file begins cannot be known. */
  async push(bytes: Uint8Array): Promise<{ state: State; rest: Uint8Array }> {
    const own = bytes.subarray(0, Math.min(bytes.byteLength, this.left));
    const behind = bytes.subarray(own.byteLength);
    // A file whose end is known is passed over, once it is known to be no dump.
    if (this.content?.isSettled && this.left !== Infinity) this.content = this.packed = null;
    this.left -= own.byteLength;
    if (this.content === null) {
      if (this.left === Infinity) return { state: 'lost', rest: behind };
    } else if (this.packed) {
      const state = await this.unpack(this.packed, own);
      if (typeof state !== 'string') return { state: 'ended', rest: bytes.subarray(own.byteLength - state.unused) };
      if (state === 'lost') return { state, rest: behind };
    } else await this.content.push(own); // Stored without its size: it goes on to the end of the archive.
    if (this.left > 0) return { state: 'goes-on', rest: behind };
    return { state: await this.finish(), rest: behind };
  }

  /** All packed bytes have come. */
  async finish(): Promise<'ended'> {
    const { content } = this;
    this.content = this.packed = null;
    await content?.end();
    return 'ended';
  }

  /** The archive ends here. */
  async end(): Promise<void> {
    await this.finish();
  }

  private async unpack(packed: PackedBytes, own: Uint8Array): Promise<State | { unused: number }> {
    const unpacked = await packed.push(own);
    if (unpacked.state === 'goes-on') return 'goes-on';
    if (unpacked.state === 'ended') {
      const isBounded = this.left !== Infinity;
      await this.finish();
      return isBounded ? 'goes-on' : { unused: unpacked.unused };
    }
    const why = unpacked.state === 'damaged' ? unpacked.reason : 'more coming out than is looked at';
    if (!this.content?.isSettled) this.tellTrouble(`damaged: ${why}`);
    this.content = this.packed = null;
    return this.left === Infinity || unpacked.state === 'too-much' ? 'lost' : 'goes-on';
  }

  private tellTrouble(why: string): void {
    const found = `a file in a ZIP archive that is ${why}`;
    this.arrival.tell({ news: 'unreadable', member: this.name, what: 'container', found });
  }
}

/** Why a file cannot be looked into; null when it can. */
function refusal({ isEncrypted, method }: LocalHeader): string | null {
  if (isEncrypted) return 'encrypted';
  if (method === stored || method === deflate || method === deflate64) return null;
  const name = otherMethods[method];
  const shown = `packed with method ${method}${name === undefined ? '' : ` (${name})`}`;
  return `${shown}, which cannot be looked into while it arrives`;
}
