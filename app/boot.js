// Starts the app. An external file, because the page's policy allows no inline script; Trunk.toml
// (pattern_script) puts the names of the two built files on this script's own element.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
// Whoever opens a page of a later part directly gets its code beside the program, not after it. PARTS is the build's
// (xtask/src/shell.rs): the files of each part.
const part = { board: "board", records: "records" }[location.pathname.split("/")[1]];
if (document.documentElement.dataset.shell === "app") {
  for (const href of PARTS[part] ?? []) {
    const link = document.createElement("link");
    document.head.append(Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href }));
  }
}
try {
  const { default: init } = await import(js);
  await init({ module_or_path: wasm });
} catch (error) {
  // The page's own styles show a sentence for this state; without it a lost connection is an eternal wait.
  document.documentElement.dataset.boot = "failed";
  throw error;
}

// The program is kept on the device for the next visit (app/sw.js), once nothing else is to be fetched. Some private
// windows refuse; the app works without.
const kept = navigator.serviceWorker;
if (kept) {
  const isUpdate = !!kept.controller;
  kept.addEventListener("controllerchange", () => {
    // app/src/state/release.rs offers the new version.
    if (isUpdate) dispatchEvent(new Event("zhike:release"));
  });
  const keep = async () => {
    const registration = await kept.register("/sw.js").catch(() => null);
    // An app on the home screen is rarely opened anew, so it asks when it is looked at.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) registration?.update().catch(() => {});
    });
  };
  setTimeout(keep, 4000);
}
