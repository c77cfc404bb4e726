// Starts the app. An external file, because the page's policy allows no inline script; Trunk.toml
// (pattern_script) puts the names of the two built files on this script's own element.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
try {
  const { default: init } = await import(js);
  await init({ module_or_path: wasm });
} catch (error) {
  // The page's own styles show a sentence for this state; without it a lost connection is an eternal wait.
  document.documentElement.dataset.boot = "failed";
  throw error;
}
