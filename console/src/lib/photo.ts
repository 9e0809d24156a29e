/** Photos are drawn anew before they leave the device: smaller, and without where and when they were taken. */

/** So many go with a report or a check. */
export const MOST_PHOTOS = 4;
const LONGEST = 1600;

const HEIF = ["heic", "heix", "hevc", "mif1", "msf1", "heim", "heis"]; // as iPhones write

/** What cannot be drawn here; of an iPhone's own format the reader can be told what to do. */
export class NotAPhoto extends Error {
  constructor(readonly heic: boolean) {
    super(heic ? "heic" : "no photo");
  }
}

async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder("latin1").decode(await file.slice(0, 12).arrayBuffer());
  return head.slice(4, 8) === "ftyp" && HEIF.includes(head.slice(8));
}

/** A photo as text, for a body that is JSON. */
export async function base64(photo: Blob): Promise<string> {
  const read = new FileReader();
  const done = new Promise<string>((say, fail) => ((read.onload = () => say(String(read.result))), (read.onerror = () => fail(read.error))));
  read.readAsDataURL(photo);
  return (await done).split(",")[1]!;
}

export async function scrub(file: Blob, longest = LONGEST): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(async () => {
    throw new NotAPhoto(await isHeic(file));
  });
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new NotAPhoto(false))), "image/jpeg", 0.82),
  );
}
