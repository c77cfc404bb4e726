// The product's Worker, a counting twin of it and the floor, in one workerd under the miniflare API, on the same
// databases: what one of them waits for, the others wait for too.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = join(ROOT, "api-worker/build");
const DATE = /compatibility_date = "(.+?)"/.exec(readFileSync(join(ROOT, "wrangler.toml"), "utf8"))[1];

/** Each by the host its requests name. */
export const HOSTS = { product: "product.test", counted: "counted.test", floor: "floor.test" };

const text = (name, contents) => ({ type: "ESModule", path: name, contents });

function productModules() {
  const wasm = readdirSync(BUILD).filter((name) => name.endsWith(".wasm"));
  return [
    text("index.js", readFileSync(join(BUILD, "index.js"), "utf8")),
    ...wasm.map((name) => ({ type: "CompiledWasm", path: name, contents: readFileSync(join(BUILD, name)) })),
  ];
}

/**
 * @param {string} state a folder as `cargo xtask serve` keeps it, migrated
 */
export async function start(state) {
  const databases = {
    DIRECTORY: "00000000-0000-0000-0000-000000000001",
    DB_0: "00000000-0000-0000-0000-000000000002",
    DB_1: "00000000-0000-0000-0000-000000000003",
  };
  const common = { modulesRoot: "/", compatibilityDate: DATE, d1Databases: databases };
  const objects = { durableObjects: { LIVE: { className: "Live", useSQLite: true } } };
  const bindings = { ZHIKE_ENV: "test", SIGNING_KEY: "a key of the benchmark, and of nothing else" };
  const product = productModules();
  const counting = text("counting.js", readFileSync(join(import.meta.dirname, "counting.js"), "utf8"));
  const floor = text("worker.js", readFileSync(join(import.meta.dirname, "floor/worker.js"), "utf8"));
  const worker = (name, modules) => ({ ...common, name, modules, bindings, routes: [`${HOSTS[name]}/*`] });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      resourcePersistencePath: join(state, "v3"),
      workers: [
        { ...worker("product", product), ...objects },
        { ...worker("counted", [counting, ...product]), ...objects },
        worker("floor", [floor]),
      ],
    }),
  );
  const url = await miniflare.ready;
  return { url, shard: (at) => miniflare.getD1Database(`DB_${at}`, "product"), stop: () => miniflare.dispose() };
}
