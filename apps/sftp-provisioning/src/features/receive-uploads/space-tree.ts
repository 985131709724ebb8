import { FileRefusal } from './file-refusal.js';
import { pathOf, type Alike, type Folder, type NamedPlace, type Upload, type Uploads } from './receive-uploads.js';
import { othersToShow, type SentName } from './shown-name.js';
import type { Below } from './space-path.js';

/** What lies under a name. */
export type Thing = { readonly upload: Upload } | { readonly folder: Folder };

/** A place whose name a client sent in this session. */
export interface KnownPlace extends NamedPlace {
  readonly nameBytes: Buffer;
}

/** `exact` where nobody types names: what differs by a byte is never taken for the other. */
export type NamesHeeded = 'as-shown-too' | 'exact';

/**
 * Files and folders of a space by their names. A name is its bytes; who looks for something may also say it in UTF-8 as
 * it is shown. What is new is shown as it reads, unless something else in its folder is shown so.
 */
export class SpaceTree {
  constructor(
    private readonly uploads: Uploads,
    private readonly spaceId: string,
    private readonly names: NamesHeeded,
  ) {}

  async find({ folders, name }: Below): Promise<Thing | null> {
    const folder = await this.folder(folders);
    return folder === null ? null : this.best(await this.in(folder, name), name);
  }

  /** The path of a folder as it is kept; null when there is none. */
  async folder(names: readonly SentName[]): Promise<string | null> {
    let path = '';
    for (const name of names) {
      const folder = this.best(await this.uploads.findFolder(this.spaceId, path, name), name);
      if (!folder) return null;
      path = pathOf(folder);
    }
    return path;
  }

  async folderFor(names: readonly SentName[]): Promise<string> {
    const folder = await this.folder(names);
    if (folder === null) throw new FileRefusal('ENOENT', 'the folder does not exist');
    return folder;
  }

  /** What has a name in a folder, be it a file or a folder. */
  async in(folder: string, name: SentName): Promise<Alike<Thing>> {
    const files = await this.uploads.find(this.spaceId, folder, name);
    if (files.exact) return { exact: { upload: files.exact }, alike: null };
    const folders = await this.uploads.findFolder(this.spaceId, folder, name);
    if (folders.exact) return { exact: { folder: folders.exact }, alike: null };
    if (files.alike) return { exact: null, alike: { upload: files.alike } };
    return { exact: null, alike: folders.alike && { folder: folders.alike } };
  }

  /** What a client means: the very bytes first, then what is shown as the text that it sent. */
  best<Found>({ exact, alike }: Alike<Found>, name: SentName): Found | null {
    return exact ?? (this.names === 'as-shown-too' && name.isText ? alike : null);
  }

  /** The place of a new name; `alike` is what is shown the same, or nothing. */
  async newPlace(folder: string, name: SentName, alike: Thing | null): Promise<KnownPlace> {
    const place = { folder, name: name.shown, nameBytes: name.bytes };
    if (!alike) return place;
    const others = othersToShow(name);
    const taken = await this.uploads.namesShown(this.spaceId, folder, others);
    const free = others.find((other) => !taken.has(other));
    if (free === undefined)
      throw new FileRefusal('EEXIST', `too many names here read "${name.shown}"; take another one`);
    return { ...place, name: free };
  }
}

/** The name that a client is told: its own bytes, so that it finds what it sent. */
export function listedName({ name, nameBytes }: { name: string; nameBytes: Buffer | null }): Buffer {
  return nameBytes ?? Buffer.from(name);
}
