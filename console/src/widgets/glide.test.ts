import { expect, test } from "vitest";
import { Glide, STRIDE } from "./glide";

const LOOK = [1, 4, 0] as const;

function three(): Glide {
  const glide = new Glide(3, 900);
  [0, 1, 2].forEach((index) => glide.put(index, index, 0, LOOK));
  return glide;
}

const way = (glide: Glide, index: number) => [...glide.data.subarray(index * STRIDE, index * STRIDE + 4)];

test("what is told in one breath sets out together", () => {
  const glide = three();
  glide.tell(0, 5, 5, 1000);
  glide.tell(2, 7, 7, 1050);
  expect([glide.choose(1060), glide.choose(1100), glide.begin(1100)]).toEqual([false, true, true]);
  expect([[...glide.moving], [...glide.standing.subarray(0, glide.stand)]]).toEqual([[0, 2], [1]]);
  expect([way(glide, 0), way(glide, 1)]).toEqual([[0, 0, 5, 5], [1, 0, 1, 0]]);
});

test("who is told of a new place on the way goes there once all have arrived", () => {
  const glide = three();
  glide.tell(0, 5, 5, 0);
  glide.choose(100), glide.begin(100);
  glide.tell(0, 9, 9, 300);
  glide.tell(1, 3, 3, 400);
  expect([glide.choose(500), glide.choose(800), glide.begin(999)]).toEqual([false, true, false]);
  expect([glide.part(550), glide.begin(1000)]).toEqual([0.5, true]);
  expect([way(glide, 0), way(glide, 1)]).toEqual([[5, 5, 9, 9], [1, 0, 3, 3]]);
});

test("who looks different leaves those who stand, even when about to set out", () => {
  const glide = three();
  glide.tell(1, 8, 8, 0);
  glide.choose(100);
  glide.wear(1, [4, 5, 1]);
  glide.nod(1, 110);
  glide.begin(120);
  expect(way(glide, 1)).toEqual([1, 0, 8, 8]);
  glide.choose(1020), glide.begin(1020);
  expect([[...glide.moving], way(glide, 1)]).toEqual([[1], [8, 8, 8, 8]]);
});

test("where motion is unwelcome everybody is there at once", () => {
  const glide = new Glide(1, 0);
  glide.tell(0, 2, 2, 5);
  expect([glide.choose(5), glide.begin(5), glide.part(5), glide.gliding(5)]).toEqual([true, true, 1, false]);
});
