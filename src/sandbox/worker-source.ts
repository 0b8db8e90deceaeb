/**
 * The Worker that runs beside the local databases and the bucket. For D1 it hands a batch to the database that is named
 * and passes the answer on as it is. It speaks to the binding's own service, not through `env.D1.batch()`: that makes
 * objects of the rows, in which columns of one name, and the columns of an empty result, are lost. A batch is one
 * transaction there. For R2 it puts one object into the bucket that is named, or empties that.
 */
export const workerSource = `
export default {
  async fetch(request, env) {
    const {pathname, search, searchParams} = new URL(request.url);
    if (pathname.startsWith('/d1/'))
      return env[pathname.slice('/d1/'.length)].fetcher.fetch('http://d1/query' + search, request);
    const bucket = env[pathname.slice('/r2/'.length)];
    if (request.method === 'PUT') {
      await bucket.put(searchParams.get('key'), await request.arrayBuffer());
      return new Response();
    }
    for (;;) {
      const {objects} = await bucket.list({limit: 1000});
      if (objects.length === 0) return new Response();
      await bucket.delete(objects.map(({key}) => key));
    }
  },
};
`;
