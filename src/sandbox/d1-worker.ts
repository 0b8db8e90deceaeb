/**
 * The Worker that runs beside the local databases: it hands a batch to the database that the path names and passes the
 * answer on as it is. It speaks to the binding's own service, not through `env.D1.batch()`: that makes objects of the
 * rows, in which columns of one name, and the columns of an empty result, are lost. A batch is one transaction there.
 */
export const d1Worker = `
export default {
  fetch(request, env) {
    const {pathname, search} = new URL(request.url);
    return env[pathname.slice(1)].fetcher.fetch('http://d1/query' + search, request);
  },
};
`;
