/** On a wall nobody scrolls: a row that would be cut at the end of its list is left out. */
export function whole(list: HTMLElement): () => void {
  const look = () => {
    const onWall = document.documentElement.classList.contains("wall");
    const end = list.getBoundingClientRect().bottom;
    for (const row of list.querySelectorAll<HTMLElement>("li, h2")) {
      row.style.visibility = onWall && row.getBoundingClientRect().bottom > end ? "hidden" : "";
    }
  };
  const [grown, changed] = [new ResizeObserver(look), new MutationObserver(look)];
  grown.observe(list);
  changed.observe(list, { childList: true, subtree: true, characterData: true });
  list.addEventListener("scroll", look);
  return () => {
    grown.disconnect();
    changed.disconnect();
    list.removeEventListener("scroll", look);
  };
}
