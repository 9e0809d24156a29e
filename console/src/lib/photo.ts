/** Photos are drawn anew before they leave the device: smaller, and without where and when they were taken. */

const LONGEST = 1600;

export class NotAPhoto extends Error {}

export async function scrub(file: Blob, longest = LONGEST): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new NotAPhoto();
  });
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new NotAPhoto())), "image/jpeg", 0.82),
  );
}
