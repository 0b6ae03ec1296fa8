// Node's own server with the fastest client it has: node fanout_node.mjs SERVICE UNDICI SOCKET
import http from "node:http";
import { createRequire } from "node:module";
import { CALLS, shape } from "./shaping.mjs";

const [service, undici, socket] = process.argv.slice(2);
const { Pool } = createRequire(import.meta.url)(undici);
const pool = new Pool(service, { connections: 64, pipelining: 1 });

async function get(path) {
  const { body } = await pool.request({ path, method: "GET" });
  return body.json();
}

const server = http.createServer(async (request, response) => {
  const answers = await Promise.all(Array.from({ length: CALLS }, (_, n) => get(`/item/${n}`)));
  const body = JSON.stringify(shape(answers));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.keepAliveTimeout = 60000;
server.listen(socket);
