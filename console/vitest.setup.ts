// what the pure parts touch of a browser: a remembered preference and a colour scheme
Object.assign(globalThis, {
  matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
  navigator: { language: "en" },
  localStorage: { getItem: () => null, setItem: () => undefined },
  document: { documentElement: { dataset: {}, lang: "", style: { setProperty: () => undefined } } },
});
