import {readdirSync} from 'node:fs';
import {folderProvider} from '../../../src/stores/providers/folder.ts';
import {providerConformance} from '../../conformance/provider.ts';
import {tempFolder} from '../../support/temp.ts';

providerConformance({
  name: 'a folder',
  make: async () => {
    const folder = tempFolder();
    const provider = await folderProvider({id: 'archive', label: 'archive', folder});
    const leftovers = () =>
      Promise.resolve(
        readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.part')),
      );
    return {provider, leftovers};
  },
});
