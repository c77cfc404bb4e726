// The built app the way the edge serves it, which wrangler does not do locally: brotli, the headers of `_headers`, the
// page for every address that is no file; the API goes on to the Worker.
import http from "node:http";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { HOSTS } from "./runtime.mjs";

const DIST = join(import.meta.dirname, "../../dist");
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
};

/** The rules of `_headers`: a path, and indented headers below it. */
function headerRules() {
  const rules = new Map();
  let path = "";
  for (const line of readFileSync(join(DIST, "_headers"), "utf8").split("\n")) {
    const header = /^\s+([^:]+):\s*(.+)$/.exec(line);
    if (header) rules.get(path).push([header[1], header[2]]);
    else if (line.trim()) rules.set((path = line.trim()), []);
  }
  return rules;
}

function files() {
  const rules = headerRules();
  const packed = new Map();
  for (const name of readdirSync(DIST)) {
    const type = TYPES[extname(name)];
    if (!type || !statSync(join(DIST, name)).isFile()) continue;
    const content = readFileSync(join(DIST, name));
    const headers = Object.fromEntries([...(rules.get("/*") ?? []), ...(rules.get(`/${name}`) ?? [["Cache-Control", "public, max-age=0, must-revalidate"]])]);
    headers["Content-Type"] = type;
    if (type === "image/png") {
      packed.set(`/${name}`, { content, headers });
      continue;
    }
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    packed.set(`/${name}`, { content: brotliCompressSync(content, { params }), headers: { ...headers, "Content-Encoding": "br" } });
  }
  return packed;
}

/** @param {URL} worker where the runtime listens */
export async function serve(worker) {
  const packed = files();
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (!pathname.startsWith("/api/")) {
      const { content, headers } = packed.get(pathname) ?? packed.get("/index.html");
      response.writeHead(200, { ...headers, "Content-Length": content.length });
      response.end(content);
      return;
    }
    const headers = { ...request.headers, host: HOSTS.product };
    const onward = http.request({ host: worker.hostname, port: worker.port, path: request.url, method: request.method, headers, agent }, (reply) => {
      response.writeHead(reply.statusCode, reply.headers);
      reply.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // `localhost` by name: browsers keep __Host- cookies over http for it.
  return { address: `http://localhost:${server.address().port}`, stop: () => server.close() };
}
