// The product's Worker with its databases watched: a request that asks for it is answered with the batches it sent to
// them instead of its own reply. One batch is one round trip.
import Product from "./index.js";

export { Live } from "./index.js";

const watched = (database, batches) => {
  const statements = new WeakMap();
  return new Proxy(database, {
    get(target, name) {
      if (name === "prepare") {
        return (sql) => {
          const prepared = target.prepare(sql);
          return new Proxy(prepared, {
            get(statement, method) {
              if (method !== "bind") return statement[method];
              return (...params) => {
                const bound = statement.bind(...params);
                statements.set(bound, { sql, params });
                return bound;
              };
            },
          });
        };
      }
      if (name === "batch") {
        return (list) => {
          batches.push(list.map((statement) => statements.get(statement)));
          return target.batch(list);
        };
      }
      const value = target[name];
      // The constructor's name is what the Worker knows a database by.
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });
};

export default {
  async fetch(request, env, context) {
    if (!request.headers.has("x-watch")) return new Product(context, env).fetch(request);
    const batches = [];
    const seen = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, /^DB_|^DIRECTORY$/.test(name) ? watched(value, batches) : value]),
    );
    const reply = await new Product(context, seen).fetch(request);
    return Response.json({ status: reply.status, batches, reply: await reply.text() });
  },
};
