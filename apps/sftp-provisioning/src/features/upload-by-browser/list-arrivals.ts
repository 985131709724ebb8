/** A file of the space as its customer sees it on the page. */
export interface Arrival {
  /** Of an upload by browser. */
  readonly id: string | null;
  readonly name: string;
  readonly state: ArrivalState;
  readonly bytes: number;
  /** How many it will be; known of uploads by browser and of what is here. */
  readonly ofBytes: number | null;
  readonly changedAt: string;
  /** What a malware scanner said; null while none has. */
  readonly scan: ScanOutcome | null;
  /** Set while a browser may continue it: choosing the same file again goes on at `bytes`. */
  readonly continues: { lastModified: number } | null;
}

export type ArrivalState = 'receiving' | 'interrupted' | 'received' | 'complete' | 'cut-short' | 'quarantined';
export type ScanOutcome = 'clean' | 'infected' | 'not-scanned';

export interface SeenUpload {
  readonly path: string;
  readonly state: 'receiving' | 'interrupted' | 'named-later' | 'received';
  readonly isComplete: boolean;
  /** By its own structure it lacks its end. */
  readonly isCutShort: boolean;
  readonly scan: ScanOutcome | null;
  readonly isInQuarantine: boolean;
  readonly location: string;
  readonly bytes: number;
  readonly gapAt: number | null;
  readonly changedAt: Date;
  readonly browser: { id: string; bytes: number; lastModified: number } | null;
}

/** What listing arrivals needs from around it. */
export interface Needs {
  /** Newest change first. */
  listSeen(spaceId: string, most: number): Promise<SeenUpload[]>;
  sizeOf(location: string): Promise<number>;
}

const mostShown = 200;

/** What has arrived in a space, newest change first. */
export async function listArrivals(spaceId: string, needs: Needs): Promise<Arrival[]> {
  const seen = await needs.listSeen(spaceId, mostShown);
  return Promise.all(seen.map((upload) => arrivalOf(upload, needs)));
}

async function arrivalOf(upload: SeenUpload, needs: Needs): Promise<Arrival> {
  const { browser } = upload;
  const isHere = upload.state === 'received' || upload.state === 'named-later';
  const bytes = isHere ? upload.bytes : Math.min(await needs.sizeOf(upload.location), upload.gapAt ?? Infinity);
  return {
    id: browser?.id ?? null,
    name: upload.path,
    state: stateOf(upload, isHere),
    bytes,
    ofBytes: isHere ? upload.bytes : (browser?.bytes ?? null),
    changedAt: upload.changedAt.toISOString(),
    scan: upload.scan,
    continues: browser && !isHere ? { lastModified: browser.lastModified } : null,
  };
}

function stateOf({ state, isComplete, isCutShort, isInQuarantine }: SeenUpload, isHere: boolean): ArrivalState {
  if (isInQuarantine) return 'quarantined';
  if (isComplete) return 'complete';
  if (isCutShort) return 'cut-short';
  if (isHere) return 'received';
  return state === 'receiving' ? 'receiving' : 'interrupted';
}
