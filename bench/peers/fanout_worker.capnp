# Both addresses come by the command line.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "api", external = (http = ())),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "fanout_worker.mjs", esModule = embed "fanout_worker.mjs"),
    (name = "shaping.mjs", esModule = embed "shaping.mjs"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "api", service = "api")],
);
