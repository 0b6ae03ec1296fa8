// The fastest ready-made peer: Node's own http server on a unix socket.
const http = require("node:http");

const server = http.createServer((request, response) => {
  const body = JSON.stringify({ message: "Hello", films: [1, 2, 3] });
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.keepAliveTimeout = 60000;
server.listen(process.argv[2]);
