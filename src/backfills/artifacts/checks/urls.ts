/**
 * SQL that is 1 where an address is a homepage or the listing of a directory: nothing behind the host, a path that ends
 * with a slash or an index page, or one of EDGAR's browsing pages. Addresses that are none are left alone.
 */
export function isListing(url: string): string {
  const bare = `rtrim(substr(${url} || '#', 1, instr(${url} || '#', '#') - 1))`;
  const path = `substr(${bare} || '?', 1, instr(${bare} || '?', '?') - 1)`;
  const indexPages = ['index.html', 'index.htm', 'index.php', 'default.aspx', 'default.htm'];
  return `COALESCE(${url} LIKE 'http%://%' AND (
    ${path} LIKE '%/'
    OR instr(substr(${path}, instr(${path}, '://') + 3), '/') = 0
    OR ${indexPages.map(page => `${path} LIKE '%/${page}'`).join(' OR ')}
    OR ${url} LIKE '%/cgi-bin/browse-edgar%'
  ), 0)`;
}
