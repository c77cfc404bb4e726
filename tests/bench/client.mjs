// One connection that is kept, one request at a time, each timed from its first byte out to its last byte in.
import http from "node:http";

export class Client {
  /** @param {URL} url @param {string} host which of the Workers */
  constructor(url, host, cookie) {
    this.url = url;
    this.headers = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin", "content-type": "application/json" };
    if (cookie) this.headers.cookie = cookie;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** The reply as text, its status, headers and time in milliseconds. */
  send(method, path, body, headers = {}) {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const begun = performance.now();
      const request = http.request(
        { host: this.url.hostname, port: this.url.port, path, method, agent: this.agent, headers: { ...this.headers, ...headers, ...(content && { "content-length": content.length }) } },
        (response) => {
          const parts = [];
          response.on("data", (part) => parts.push(part));
          response.on("end", () => {
            const ms = performance.now() - begun;
            resolve({ ms, status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() });
          });
        },
      );
      request.on("error", reject);
      request.end(content);
    });
  }

  /** As `send`, and anything but 200 is an error. */
  async ask(method, path, body, headers) {
    const reply = await this.send(method, path, body, headers);
    if (reply.status !== 200) throw new Error(`${method} ${path} was answered ${reply.status}: ${reply.text.slice(0, 500)}`);
    return { ...reply, json: JSON.parse(reply.text) };
  }

  close() {
    this.agent.destroy();
  }
}
