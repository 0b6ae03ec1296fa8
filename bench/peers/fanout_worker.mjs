// The same as a worker of workerd; its service is bound as `api`.
import { CALLS, shape } from "./shaping.mjs";

async function get(api, path) {
  return (await api.fetch(`http://api${path}`)).json();
}

export default {
  async fetch(request, env) {
    const answers = await Promise.all(Array.from({ length: CALLS }, (_, n) => get(env.api, `/item/${n}`)));
    return Response.json(shape(answers));
  },
};
