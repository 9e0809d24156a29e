/** Reports that wait on this phone for a connection, and the links of those that were sent. */
import { Problem, send } from "../lib/api";

export interface Told {
  category?: string;
  text: string;
  lon?: number;
  lat?: number;
  address?: string;
  name?: string;
  phone?: string;
  anonymous: boolean;
  join?: number;
  /** The secret that this phone has chosen to follow by: the same report sent twice stays one. */
  link: string;
}
export interface Kept {
  id?: number;
  told: Told;
  photos: Blob[];
  at: string;
  refused?: string;
}
export interface Sent {
  case: number;
  follow: string;
}

const STORE = "reports";
const LONGEST_MS = 60_000; // a slow line is given this long for a report with its photos

function database(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("citywide", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await database();
  try {
    return await new Promise<T>((done, fail) => {
      const transaction = base.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      // kept means committed, not merely asked for
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => fail(transaction.error);
    });
  } finally {
    base.close();
  }
}

export const keep = (report: Kept) => run("readwrite", (store) => store.put(report));
export const kept = () => run<Kept[]>("readonly", (store) => store.getAll() as IDBRequest<Kept[]>);
export const drop = (id: number) => run("readwrite", (store) => store.delete(id));

export async function post(told: Told, photos: Blob[]): Promise<Sent> {
  const form = new FormData();
  form.append("report", JSON.stringify(told));
  photos.forEach((photo, at) => form.append("photo", photo, `photo-${at + 1}.jpg`));
  const sent = await send<Sent>("POST", "/v1/reports", form, AbortSignal.timeout?.(LONGEST_MS));
  remember(sent);
  return sent;
}

let flushing: Promise<void> | null = null;

/** Send what waits, oldest first; a refused one is kept with its reason, so that nothing is lost in silence. */
export function flush(): Promise<void> {
  flushing ??= each().finally(() => (flushing = null));
  return flushing;
}

async function each(): Promise<void> {
  for (const report of await kept()) if (!report.refused && !(await goes(report))) return;
}

/** Whether the line is there: then it was sent, or refused. */
async function goes(report: Kept): Promise<boolean> {
  try {
    await post(report.told, report.photos);
    await drop(report.id!);
  } catch (error) {
    if (!(error instanceof Problem) || isLater(error)) return false;
    await keep({ ...report, refused: error.message });
  }
  return true;
}

/** Whether the same may well be taken a little later. */
export const isLater = ({ status }: Problem): boolean => status === 0 || status >= 500 || status === 429;

const MINE = "citywide.mine";

export function mine(): Sent[] {
  try {
    return JSON.parse(localStorage.getItem(MINE) ?? "[]");
  } catch {
    return [];
  }
}

function remember(sent: Sent): void {
  try {
    localStorage.setItem(MINE, JSON.stringify([sent, ...mine()].slice(0, 20)));
  } catch {
    // a private window keeps nothing; the link was shown all the same
  }
}

/** The page's own address of a follow link or token. */
export function followPath(follow: string): string {
  const token = follow.split("/").filter(Boolean).at(-1) ?? "";
  return `/follow/${encodeURIComponent(token)}`;
}
