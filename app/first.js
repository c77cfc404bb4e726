// Before the first paint: the theme someone chose, the language, and whether the shell to show is that of the app or of
// the sign-in page. The names are those of app/src/state/preferences.rs and session.rs. Everything else is Rust.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  root.dataset.theme = read("zhike.theme") ?? "system";
  const wishes = [read("zhike.lang"), ...navigator.languages];
  const lang = wishes.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag === "zh" || tag === "en");
  root.lang = lang === "zh" ? "zh-CN" : "en";
  const entry = /^\/(sign-in|sign-up|join|reset)/.test(location.pathname);
  root.dataset.shell = entry || !read("zhike.signed_in") ? "entry" : "app";
  if (root.dataset.shell === "app") {
    // The first answers travel while the program does; app/src/api takes each of them once.
    // A board with a filter is asked for in other words.
    const first = location.search ? null : { "/": "today", "/board": "board/sales" }[location.pathname];
    const ask = (name) => [`/api/v1/${name}`, fetch(`/api/v1/${name}`)];
    // The definitions only where this device has none yet: an answer that nobody reads would hold its connection.
    const schema = read("zhike.schema") === read("zhike.signed_in") ? null : "schema";
    window.zhikeEarly = Object.fromEntries(["session", schema, first].filter(Boolean).map(ask));
    for (const answer of Object.values(window.zhikeEarly)) answer.catch(() => {});
  }
})();
